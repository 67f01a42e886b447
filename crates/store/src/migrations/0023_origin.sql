-- 来源情况: what a letter or a visit brought along. Sealed whole, for it names people.
ALTER TABLE orders ADD COLUMN origin_enc {{bytes}};
