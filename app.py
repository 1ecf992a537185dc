"""The page, run by ``streamlit run app.py``: draws, decides nothing."""

from rag.ui.page import draw_page

draw_page()
