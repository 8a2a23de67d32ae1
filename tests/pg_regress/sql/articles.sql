-- Articles belong to no organisation: what is published is for everyone, drafts are the server's.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
begin;
insert into articles (slug, title, content, category, published_at) values
  ('published', 'Published', 'x', 'blog', now() - interval '1 day'),
  ('just-now', 'Just now', 'x', 'guide', now()),
  ('tomorrow', 'Tomorrow', 'x', 'case-study', now() + interval '1 day'),
  ('a-draft', 'A draft', 'x', 'announcement', null);
set local role anon;
select slug from articles order by slug;
insert into articles (slug, title, content, category) values ('spam', 'x', 'x', 'blog');
\echo :LAST_ERROR_SQLSTATE
update articles set title = 'x';
delete from articles;
set local role authenticated;
select slug from articles order by slug;
insert into articles (slug, title, content, category) values ('spam', 'x', 'x', 'blog');
\echo :LAST_ERROR_SQLSTATE
update articles set published_at = now();
set local role service_role;
select slug from articles order by slug;
update articles set published_at = now() where slug = 'a-draft';
set local role anon;
select slug from articles order by slug;
rollback;
