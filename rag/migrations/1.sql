-- From format 1 to 2: authors, dates, hyphens and origins. The columns come before the text, since
-- SQLite reads a row up to the last column asked for.
DROP VIEW chunk_values;
CREATE TABLE new_documents (
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
INSERT INTO new_documents
    SELECT number, id, title, source, media_type, '', '', characters, chunks, added_at, text
    FROM documents;
DROP TABLE documents;
ALTER TABLE new_documents RENAME TO documents;
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
INSERT INTO origins SELECT number, '', '' FROM documents;
CREATE VIEW chunk_values AS
    SELECT chunks.number, chunks.id, documents.id AS document_id, start, end, tokens, kind
    FROM chunks JOIN documents ON documents.number = chunks.document;
PRAGMA user_version = 2;
