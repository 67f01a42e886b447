-- 公文 of orders. Number and code never change; the bytes lie sealed in the file store under their SM3.
CREATE TABLE paper (
    id               UUID    NOT NULL PRIMARY KEY,
    order_id         UUID    NOT NULL REFERENCES orders (id),
    kind             TEXT    NOT NULL CHECK (kind IN ('transfer','assign','sheet','supervise','return','extension','redo','reply')),
    subject          UUID    NOT NULL,
    org              UUID    NOT NULL,
    year             BIGINT  NOT NULL,
    no               BIGINT  NOT NULL,
    number           TEXT    NOT NULL,
    code             TEXT    NOT NULL,
    personal         BOOLEAN NOT NULL,
    template         UUID,
    state            TEXT    NOT NULL CHECK (state IN ('valid','withdrawn')),
    issued_by        UUID    NOT NULL,
    issued_at        BIGINT  NOT NULL,
    pdf              TEXT    NOT NULL,
    pdf_sha256       TEXT    NOT NULL,
    pdf_size         BIGINT  NOT NULL,
    docx             TEXT    NOT NULL,
    docx_sha256      TEXT    NOT NULL,
    docx_size        BIGINT  NOT NULL,
    withdrawn_at     BIGINT,
    withdrawn_by     UUID,
    withdrawn_reason TEXT,
    updated_at       BIGINT  NOT NULL
);
CREATE UNIQUE INDEX paper_number_key ON paper (org, kind, year, no);
CREATE UNIQUE INDEX paper_code_key ON paper (code);
-- One document speaks about one thing at a time.
CREATE UNIQUE INDEX paper_valid_key ON paper (order_id, kind, subject) WHERE state = 'valid';
CREATE INDEX paper_order ON paper (order_id, issued_at, id);
CREATE INDEX paper_issued ON paper (issued_at, id);
CREATE INDEX paper_updated ON paper (updated_at, id);
CREATE INDEX paper_pdf ON paper (pdf);
CREATE INDEX paper_docx ON paper (docx);

-- Templates an administrator has put in place of the built-in ones; the newest that is in force counts.
CREATE TABLE paper_template (
    id         UUID    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('transfer','assign','sheet','supervise','return','extension','redo','reply')),
    version    BIGINT  NOT NULL,
    file_name  TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    digest     TEXT    NOT NULL,
    size       BIGINT  NOT NULL,
    in_force   BOOLEAN NOT NULL,
    by_user    UUID    NOT NULL,
    at         BIGINT  NOT NULL
);
CREATE UNIQUE INDEX paper_template_key ON paper_template (kind, version);
CREATE INDEX paper_template_digest ON paper_template (digest);
