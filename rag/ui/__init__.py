"""The page: Streamlit pieces, and the component that draws answers beside their sources."""
