-- 005_billing: subscriptions and invoices, as Stripe reported them. Owners and admins read, the server writes.

create table billing_subscriptions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  stripe_subscription_id varchar(255) not null,
  stripe_customer_id varchar(255) not null,
  status varchar(20) not null,
  plan_name varchar(100) not null,
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  cancel_at_period_end boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint billing_subscriptions_stripe_subscription_id_key unique (stripe_subscription_id),
  constraint billing_subscriptions_period check (current_period_start <= current_period_end)
);
create index idx_billing_subscriptions_org on billing_subscriptions (organization_id);
comment on table billing_subscriptions is 'What an organisation pays for.';

create table billing_invoices (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  stripe_invoice_id varchar(255) not null,
  stripe_subscription_id varchar(255),
  amount_paid integer not null,
  currency varchar(3) not null default 'usd',
  status varchar(20) not null,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint billing_invoices_stripe_invoice_id_key unique (stripe_invoice_id),
  constraint billing_invoices_currency_code check (currency ~ '^[a-z]{3}$')
);
create index idx_billing_invoices_org on billing_invoices (organization_id);
comment on table billing_invoices is 'What an organisation has paid.';
comment on column billing_invoices.amount_paid is 'In cents.';

alter table billing_subscriptions enable row level security;
create policy "Admins can view their organization's subscriptions" on billing_subscriptions for select to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));
alter table billing_invoices enable row level security;
create policy "Admins can view their organization's invoices" on billing_invoices for select to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

insert into callcoach_migrations (version) values ('005_billing');
