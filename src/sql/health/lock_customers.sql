select c.id from {schema}.customers c where c.id = any ($1) order by c.id for no key update
