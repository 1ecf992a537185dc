-- A library's SQLite file. Offsets count code points of documents.text, half-open.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE seeds_seen (document_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    media_type TEXT NOT NULL,
    author TEXT NOT NULL,
    published TEXT NOT NULL,
    characters INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE blocks (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (document, start, end)
) WITHOUT ROWID;
CREATE TABLE pages (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    place INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    PRIMARY KEY (document, place)
) WITHOUT ROWID;
CREATE TABLE hyphens (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    place INTEGER NOT NULL,
    PRIMARY KEY (document, place)
) WITHOUT ROWID;
CREATE TABLE origins (  -- a document stays as long as it has one
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    origin TEXT NOT NULL,  -- an absolute path or an address; empty for what came without one
    digest TEXT NOT NULL,  -- SHA-256 of the bytes that were read there; empty if unknown
    PRIMARY KEY (document, origin)
) WITHOUT ROWID;
CREATE UNIQUE INDEX document_at_an_origin ON origins (origin) WHERE origin <> '';
CREATE TABLE sketches (  -- the lowest hashes of a text's runs of words, see likeness.py
    hash INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    PRIMARY KEY (hash, document)
) WITHOUT ROWID;
CREATE INDEX sketch_of_a_document ON sketches (document);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, tokens INTEGER NOT NULL, kind TEXT NOT NULL
);
CREATE TABLE vectors (
    chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
    vector BLOB NOT NULL  -- 32-bit floats, little-endian; Chroma's copy can be made again from them
);
CREATE INDEX chunks_of_a_document ON chunks (document);
CREATE VIEW chunk_values AS
    SELECT chunks.number, chunks.id, documents.id AS document_id, start, end, tokens, kind
    FROM chunks JOIN documents ON documents.number = chunks.document;
CREATE VIRTUAL TABLE chunk_words USING fts5 (
    words, tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);
PRAGMA user_version = 2;
