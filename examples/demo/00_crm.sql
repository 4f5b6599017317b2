--
-- The tables of a CRM that knew nothing of lead_ops
--
-- Keys are the CRM's own.  "manager" and "product" are text as somebody typed
-- it, as in most systems.
--
CREATE SCHEMA crm;

CREATE TABLE crm.sales_rep (
    sales_agent text PRIMARY KEY,
    manager text NOT NULL,
    regional_office text NOT NULL,
    share numeric NOT NULL DEFAULT 1 CHECK (share > 0)
);
COMMENT ON COLUMN crm.sales_rep.share IS 'share of the leads: 0.5 for half a day, 1.5 for a senior';

CREATE TABLE crm.account (
    account text PRIMARY KEY,
    sector text,
    year_established integer,
    revenue numeric,
    employees integer,
    office_location text,
    subsidiary_of text REFERENCES crm.account
);

-- The price list says "GTX Pro" where deals say "GTXPro".  Both stay as they
-- came; what joins them is the name without its spaces.
CREATE TABLE crm.product (
    product text PRIMARY KEY,
    series text NOT NULL,
    sales_price numeric NOT NULL,
    product_key text NOT NULL UNIQUE GENERATED ALWAYS AS (replace(product, ' ', '')) STORED
);

-- Deals not yet won or lost have no close date and value, new ones no engage
-- date, and many no account.  All of that is NULL here, and the steps that
-- follow say what they do with it.
CREATE TABLE crm.opportunity (
    opportunity_id text PRIMARY KEY,
    sales_agent text NOT NULL REFERENCES crm.sales_rep,
    product text NOT NULL,
    account text REFERENCES crm.account,
    deal_stage text NOT NULL CHECK (deal_stage IN ('Prospecting', 'Engaging', 'Won', 'Lost')),
    engage_date date,
    close_date date CHECK (close_date >= engage_date),
    close_value numeric,
    product_key text NOT NULL GENERATED ALWAYS AS (replace(product, ' ', '')) STORED
        REFERENCES crm.product (product_key),
    CHECK (deal_stage <> 'Won' OR (close_date IS NOT NULL AND close_value IS NOT NULL))
);
CREATE INDEX ON crm.opportunity (sales_agent, close_date);
