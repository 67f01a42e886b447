import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The API during development; the built desk is served by the API's own listener.
const api = process.env["HOTLINE_API"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: { port: 5173, proxy: { "/api": { target: api, changeOrigin: false } } },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack)\// },
            { name: "antd-base", test: /node_modules\/(@ant-design\/(cssinjs|cssinjs-utils|colors|fast-color)|antd\/es\/(theme|style|locale|config-provider|_util)|@rc-component\/(util|trigger|motion|portal|resize-observer))/ },
          ],
        },
      },
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});
