jsonb_build_object(
           'user_id', user_id, 'role', role, 'name', left(metadata ->> 'name', 500),
           'email', left(metadata ->> 'email', 500), 'team', left(metadata ->> 'team', 500))
