-- The conversations of everyone who uses a library, one row for each question with its answer.
BEGIN;
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE exchanges (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were asked
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    asked_at TEXT NOT NULL,  -- UTC in ISO 8601
    question TEXT NOT NULL,
    answer TEXT NOT NULL,  -- JSON, as rag/stored_answers.py writes it
    words TEXT NOT NULL,  -- question and answer in small letters, for the search
    judgement TEXT NOT NULL  -- what the user said of it, or empty
);
CREATE INDEX exchanges_of_a_conversation ON exchanges (conversation);
CREATE INDEX conversations_of_an_owner ON conversations (owner);
PRAGMA user_version = 1;
COMMIT;
