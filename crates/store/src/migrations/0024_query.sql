-- A person's orders by date, and the dissatisfied, are read from the index alone until a row is shown.

DROP INDEX orders_phone;
DROP INDEX orders_contact_phone;
CREATE INDEX orders_phone ON orders (phone_idx, registered_at, id, confidentiality, registered_by)
    WHERE phone_idx IS NOT NULL;
CREATE INDEX orders_contact_phone ON orders (contact_phone_idx, registered_at, id, confidentiality, registered_by)
    WHERE contact_phone_idx IS NOT NULL;
CREATE INDEX orders_dissatisfied ON orders
    (registered_at, id, rating, demand_type, channel, category, region, state, urgency, confidentiality, registered_by)
    WHERE rating IN ('dissat', 'very_dissat');
