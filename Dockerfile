# syntax=docker/dockerfile:1

# What comes from npm: the editor's parts in one module, and the fonts.
FROM node:22-bookworm-slim AS bundle
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY scripts/bundle scripts/bundle
RUN node scripts/bundle/build.js

FROM python:3.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FLAMINGO_DATA_DIR=/srv/data
WORKDIR /srv/flamingo
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes --requirement requirements/base.txt
COPY manage.py ./
COPY config config
COPY participants participants
COPY workshops workshops
COPY scenarios scenarios
COPY templates templates
COPY locale locale
COPY scripts/messages.py scripts/healthy.py scripts/
COPY static static
COPY --from=bundle /build/static/dist static/dist
# The key only lets the settings load; nothing made here is signed with it.
RUN python scripts/messages.py compile \
    && SECRET_KEY=building python manage.py collectstatic --noinput \
    && useradd --system --no-create-home --uid 10001 flamingo
USER 10001
EXPOSE 8000
CMD ["python", "manage.py", "web", "--host", "0.0.0.0", "--port", "8000"]
