FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional
COPY src src
COPY workers workers
COPY templates templates
COPY migrations migrations
USER node
CMD ["node", "src/main.ts", "serve"]
