# One image for every process: `docker run IMAGE produce|process|sink|serve ...`; without a command, `up` with the simulated community.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# A second Node and libraries of other platforms are not needed.
RUN npm ci --omit=dev --no-progress \
 && rm -rf node_modules/node-linux-* node_modules/.bin/node \
 && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} + \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -name "$(node -p process.arch)" -exec rm -rf {} +
COPY tsconfig.json vite.config.ts ./
COPY schemas schemas
COPY api api
RUN npx vite build && rm -rf api/web
# What builds the page is not needed where it is shown; npm brings back what it misses.
RUN npm uninstall --no-save --omit=dev --no-progress vite @preact/preset-vite preact uplot \
 && rm -rf node_modules/node-linux-*

FROM node:24-slim AS stopline
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY schemas schemas
COPY processors processors
COPY producers producers
COPY runtime runtime
COPY sinks sinks
COPY --from=build /app/api api
# A volume that is mounted there begins with these, and whoever trains may add to it.
COPY --chown=node:node models models
COPY cli cli
COPY deploy/docker/healthy.ts ./
# The only folder that is written; everything else may be read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
ENV STOPLINE_STORE=/data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["node", "healthy.ts"]
ENTRYPOINT ["node", "cli/stopline.mjs"]
CMD ["up", "--host", "0.0.0.0"]

# With Python beside it, to train models: docker build --target train.
FROM stopline AS train
USER root
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends python3 python3-venv libgomp1 \
 && rm -rf /var/lib/apt/lists/*
COPY training training
RUN node cli/train/prepare.ts
USER node

FROM stopline
