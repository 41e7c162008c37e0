# One image, two commands: `serve` (page and API) and `worker` (the schedules, the matches, the mail).
FROM node:20-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/matchmaker
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY matchmaker matchmaker
COPY solver solver
COPY api api
COPY migrations migrations
COPY --from=page /src/frontend/build frontend/build
RUN /opt/matchmaker/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /var/lib/matchmaker matchmaker
COPY --from=build /opt/matchmaker /opt/matchmaker
ENV PATH=/opt/matchmaker/bin:$PATH \
    PYTHONUNBUFFERED=1
USER matchmaker
# The search is compiled here, in the user's cache: else the first schedule of every new container waits for it.
RUN python -m solver.warm
WORKDIR /var/lib/matchmaker
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["matchmaker"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
