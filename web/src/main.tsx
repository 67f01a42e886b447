import { QueryClientProvider } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import zhCN from "antd/locale/zh_CN";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { newQueryClient } from "./api/hooks";
import "./app/base.css";
import Login from "./app/login";
import { SessionProvider } from "./app/session";
import { Shell } from "./app/shell";
import { theme } from "./app/theme";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ConfigProvider locale={zhCN} theme={theme} button={{ autoInsertSpace: false }} wave={{ disabled: true }} virtual>
        <App message={{ maxCount: 3 }} notification={{ placement: "bottomRight", maxCount: 3 }}>
          <QueryClientProvider client={newQueryClient()}>
            <BrowserRouter>
              <SessionProvider signIn={<Login />}>
                <Shell />
              </SessionProvider>
            </BrowserRouter>
          </QueryClientProvider>
        </App>
      </ConfigProvider>
    </StrictMode>,
  );
}
