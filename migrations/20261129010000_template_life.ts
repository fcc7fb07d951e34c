import { sql, type Kysely } from 'kysely'

/** The life of a text: drafts, the provider's review, shares of the traffic, and the way back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
DROP INDEX template_active;
ALTER TABLE template_version
  DROP CONSTRAINT template_version_state_check,
  ALTER COLUMN provider_code DROP NOT NULL,
  ADD COLUMN type text NOT NULL DEFAULT 'notice' CHECK (type IN ('notice', 'promo')),
  ADD COLUMN weight int NOT NULL DEFAULT 100 CHECK (weight BETWEEN 1 AND 1000),
  ADD COLUMN fallback_id uuid REFERENCES template_version (id),
  ADD COLUMN remark text NOT NULL DEFAULT '',
  ADD COLUMN refusal text,
  ADD COLUMN revision int NOT NULL DEFAULT 1,
  ADD COLUMN created_by text NOT NULL DEFAULT 'system',
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN asked_at timestamptz,
  ADD COLUMN reviewed_at timestamptz,
  ADD COLUMN look_at timestamptz,
  ADD CONSTRAINT template_version_state_check CHECK (state IN
    ('draft', 'checked', 'submitted', 'approved', 'refused', 'active', 'retired', 'withdrawn', 'deleted')),
  ADD CONSTRAINT template_version_code_check
    CHECK (provider_code IS NOT NULL OR state IN ('draft', 'checked', 'submitted', 'refused')),
  ADD CONSTRAINT template_version_look_check CHECK (state <> 'submitted' OR look_at IS NOT NULL);
CREATE INDEX template_active ON template_version (purpose, business) WHERE state = 'active';
CREATE INDEX template_look ON template_version (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX template_asked ON template_version (asked_at);
CREATE UNIQUE INDEX template_code ON template_version (provider_code);
COMMENT ON COLUMN template_version.asked_at IS 'When the provider was last asked to review it: it takes one a time, and so many a day.';

CREATE FUNCTION template_version_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.provider_code IS NOT NULL OR OLD.state NOT IN ('draft', 'checked', 'refused') THEN
      RAISE EXCEPTION 'a template version that went to the provider is kept';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state NOT IN ('draft', 'checked', 'refused') AND (NEW.body, NEW.signature, NEW.scale, NEW.type)
    IS DISTINCT FROM (OLD.body, OLD.signature, OLD.scale, OLD.type) THEN
    RAISE EXCEPTION 'the text of a template version that was handed in never changes';
  END IF;
  IF (NEW.id, NEW.key, NEW.version, NEW.purpose, NEW.business, coalesce(OLD.provider_code, NEW.provider_code))
    IS DISTINCT FROM (OLD.id, OLD.key, OLD.version, OLD.purpose, OLD.business, NEW.provider_code) THEN
    RAISE EXCEPTION 'what a template version is never changes';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER template_version_keep BEFORE UPDATE OR DELETE ON template_version
  FOR EACH ROW EXECUTE FUNCTION template_version_keep();

CREATE TABLE template_plan (
  purpose text NOT NULL,
  business text NOT NULL,
  number int NOT NULL,
  shares jsonb NOT NULL,
  planned_at timestamptz NOT NULL DEFAULT now(),
  planned_by text NOT NULL,
  why text NOT NULL,
  PRIMARY KEY (purpose, business, number)
);
COMMENT ON TABLE template_plan IS 'Which versions shared the traffic of a purpose and business, from when on; business is empty where it is for all.';
INSERT INTO template_plan (purpose, business, number, shares, planned_by, why)
  SELECT purpose, coalesce(business, ''), 1, jsonb_build_array(jsonb_build_object('id', id, 'weight', 100)), 'system', '初始版本'
  FROM template_version WHERE state = 'active';
GRANT SELECT, INSERT ON template_plan TO huifang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON template_version TO huifang_app;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
DROP TABLE template_plan;
DROP TRIGGER template_version_keep ON template_version;
DROP FUNCTION template_version_keep();
DROP INDEX template_active, template_look, template_asked, template_code;
ALTER TABLE template_version
  DROP CONSTRAINT template_version_state_check,
  DROP CONSTRAINT template_version_code_check,
  DROP CONSTRAINT template_version_look_check;
UPDATE template_version SET provider_code = coalesce(provider_code, ''), state =
  CASE WHEN state IN ('active', 'retired', 'draft') THEN state
    WHEN state IN ('withdrawn', 'deleted') THEN 'retired' ELSE 'draft' END;
UPDATE template_version old SET state = 'retired' WHERE state = 'active' AND EXISTS (
  SELECT FROM template_version v WHERE v.state = 'active' AND v.purpose = old.purpose
    AND v.business IS NOT DISTINCT FROM old.business AND v.id > old.id);
ALTER TABLE template_version
  ALTER COLUMN provider_code SET NOT NULL,
  ADD CONSTRAINT template_version_state_check CHECK (state IN ('draft', 'active', 'retired')),
  DROP COLUMN type, DROP COLUMN weight, DROP COLUMN fallback_id, DROP COLUMN remark, DROP COLUMN refusal,
  DROP COLUMN revision, DROP COLUMN created_by, DROP COLUMN changed_at, DROP COLUMN asked_at,
  DROP COLUMN reviewed_at, DROP COLUMN look_at;
CREATE UNIQUE INDEX template_active ON template_version (purpose, coalesce(business, '')) WHERE state = 'active';
`,
    )
    .execute(db)
}
