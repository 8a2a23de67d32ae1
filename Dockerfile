# The official PostgreSQL image with callcoach installed and preloaded.
#   docker build -t callcoach .
#   docker run -e POSTGRES_PASSWORD=… callcoach     then: psql -f sql/install.sql (it lies in /usr/share/callcoach/sql)
FROM postgres:15-bookworm AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates curl gcc libc6-dev make postgresql-server-dev-15 && \
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
RUN scripts/setup.sh
RUN scripts/install.sh

FROM postgres:15-bookworm
COPY --from=build /usr/lib/postgresql/15/lib/callcoach.so /usr/lib/postgresql/15/lib/
COPY --from=build /usr/share/postgresql/15/extension/callcoach* /usr/share/postgresql/15/extension/
COPY sql /usr/share/callcoach/sql
CMD ["postgres", "-c", "shared_preload_libraries=callcoach"]
