# One image for API, worker, beat and Flower; which one it is says the command.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /tools && /tools/bin/pip install --quiet --require-hashes -r requirements/dev.txt
RUN python -m venv /opt/crossdock && /opt/crossdock/bin/pip install --quiet --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY transforms/ transforms/
COPY bridge/ bridge/
COPY tasks/ tasks/
RUN /tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/crossdock/bin/pip install --quiet --no-deps --no-index /wheels/*.whl

FROM python:${PYTHON}-slim
RUN groupadd --gid 10001 crossdock \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin crossdock \
 && install -d -o 10001 -g 10001 /data
COPY --from=build /opt/crossdock /opt/crossdock
ENV PATH=/opt/crossdock/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CROSSDOCK_COMPANY=/company \
    CROSSDOCK_DATA=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["crossdock", "health"]
ENTRYPOINT ["crossdock"]
CMD ["run", "api"]
