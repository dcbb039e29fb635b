-- By hand: what searches for parts of a text need. It comes with every PostgreSQL, and whoever owns a database may turn it on.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
