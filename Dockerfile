# Denyut in a container: nothing in it can be written but /data and /tmp, and nobody in it is root.
#   docker build -t denyut .
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/denyut
COPY constraints.txt ./
# exact versions, each checked by its hash, and wheels alone: nothing is compiled here
RUN /opt/denyut/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
    --require-hashes -r constraints.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY storage ./storage
RUN /opt/denyut/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && /opt/denyut/bin/python -m compileall -q /opt/denyut \
    && /opt/denyut/bin/pip uninstall -y pip

FROM python:3.11-slim
# a font for charts that are drawn as pictures
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin denyut \
    && install -d -o denyut -g denyut -m 0700 /data
COPY --from=build /opt/denyut /opt/denyut
ENV PATH=/opt/denyut/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DENYUT_DATA_DIR=/data \
    DENYUT_HTTP_HOST=0.0.0.0 \
    DENYUT_HTTP_PORT=3000 \
    DENYUT_LOG_FORMAT=json
USER denyut
WORKDIR /data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['DENYUT_HTTP_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["denyut"]
CMD ["run"]
