-- 知识库: articles, their revisions, the text index of what is published, correction tickets, uses and searches.

CREATE TABLE kb_article (
    id          UUID    NOT NULL PRIMARY KEY,
    no          BIGINT  NOT NULL,
    version     BIGINT  NOT NULL,
    owner       UUID    NOT NULL,
    -- The revision in force, and of the one on its way its number and state.
    current_no  INTEGER,
    working_no  INTEGER,
    working     TEXT    CHECK (working IN ('draft','dept_confirm','center_audit')),
    review_due  BIGINT,
    reviewed_at BIGINT,
    retired     JSONB,
    told        BOOLEAN NOT NULL,
    changed_at  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX kb_article_no_key ON kb_article (no);
CREATE INDEX kb_article_owner ON kb_article (owner, changed_at);
CREATE INDEX kb_article_working ON kb_article (working, changed_at) WHERE working IS NOT NULL;
CREATE INDEX kb_article_review ON kb_article (review_due) WHERE review_due IS NOT NULL;

CREATE TABLE kb_revision (
    article_id   UUID    NOT NULL REFERENCES kb_article (id),
    no           INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('draft','dept_confirm','center_audit','published','ended')),
    title        TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    inner_note   TEXT    NOT NULL,
    category     TEXT    NOT NULL,
    area         TEXT    NOT NULL,
    keywords     TEXT    NOT NULL,
    basis        TEXT    NOT NULL,
    is_public    BOOLEAN NOT NULL,
    valid_from   BIGINT  NOT NULL,
    valid_to     BIGINT,
    note         TEXT    NOT NULL,
    author       UUID    NOT NULL,
    written_at   BIGINT  NOT NULL,
    confirmed    JSONB,
    audited      JSONB,
    returned     JSONB,
    published_at BIGINT,
    PRIMARY KEY (article_id, no)
);
CREATE INDEX kb_revision_category ON kb_revision (category) WHERE state = 'published';
CREATE INDEX kb_revision_valid_to ON kb_revision (valid_to) WHERE state = 'published' AND valid_to IS NOT NULL;

-- Both engines answer "SELECT rowid FROM kb_text WHERE <match>"; rowid is kb_article.no.
--lite:
CREATE VIRTUAL TABLE kb_text USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="ascii");
--end
--pg:
CREATE TABLE kb_text (rowid BIGINT NOT NULL PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX kb_text_words ON kb_text USING GIN (words);
--end

CREATE TABLE kb_fix (
    id          UUID    NOT NULL PRIMARY KEY,
    version     BIGINT  NOT NULL,
    article_id  UUID    NOT NULL REFERENCES kb_article (id),
    revision    INTEGER NOT NULL,
    owner       UUID    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('outdated','wrong','missing','unclear','other')),
    state       TEXT    NOT NULL CHECK (state IN ('open','revising','fixed','declined')),
    text        TEXT    NOT NULL,
    order_id    UUID,
    raised_by   UUID    NOT NULL,
    raised_at   BIGINT  NOT NULL,
    due_at      BIGINT  NOT NULL,
    answer      TEXT    NOT NULL,
    answered_by UUID,
    answered_at BIGINT,
    ended_at    BIGINT,
    told        BOOLEAN NOT NULL
);
CREATE INDEX kb_fix_article ON kb_fix (article_id, raised_at);
CREATE INDEX kb_fix_open ON kb_fix (due_at) WHERE state IN ('open','revising');
CREATE INDEX kb_fix_raised ON kb_fix (raised_at, id);

-- 引用: an article's text went into an answer; "round" is the order's at that time, so that redoing shows.
CREATE TABLE kb_use (
    id          UUID    NOT NULL PRIMARY KEY,
    article_id  UUID    NOT NULL REFERENCES kb_article (id),
    revision    INTEGER NOT NULL,
    order_id    UUID    NOT NULL,
    round       INTEGER NOT NULL,
    user_id     UUID    NOT NULL,
    at          BIGINT  NOT NULL
);
CREATE UNIQUE INDEX kb_use_once ON kb_use (article_id, order_id, round);
CREATE INDEX kb_use_at ON kb_use (at);
CREATE INDEX kb_use_order ON kb_use (order_id, at);

-- 检索: what was looked for, what it found, and which article was opened.
CREATE TABLE kb_search (
    id          UUID    NOT NULL PRIMARY KEY,
    user_id     UUID,
    text        TEXT    NOT NULL,
    hits        INTEGER NOT NULL,
    article_id  UUID,
    at          BIGINT  NOT NULL
);
CREATE INDEX kb_search_at ON kb_search (at);
