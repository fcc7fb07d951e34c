FROM node:24-slim AS console
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY src src
COPY vite.config.ts tsconfig.json ./
RUN npm run build:console

FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional
COPY src src
COPY workers workers
COPY templates templates
COPY migrations migrations
COPY --from=console /app/dist/console dist/console
# A named volume takes over whose folder it is.
RUN mkdir /recordings && chown node:node /recordings
USER node
CMD ["node", "src/main.ts", "serve"]
