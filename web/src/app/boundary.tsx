import { Button } from "antd";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { Empty } from "@/ui/states";

interface Props {
  /** A change of this value (the address) clears the error. */
  place: string;
  children: ReactNode;
}
interface State {
  failed: boolean;
  outdated: boolean;
  place: string;
}

/** A fault in one page leaves the frame, the menu and the other pages alive. */
export class Boundary extends Component<Props, State> {
  override state: State = { failed: false, outdated: false, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    // A chunk that is gone: the server was updated while the page stood open.
    const outdated = error instanceof Error && /dynamically imported module|Importing a module/i.test(error.message);
    return { failed: true, outdated };
  }
  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.place === state.place ? null : { failed: false, outdated: false, place: props.place };
  }
  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Empty
        title={this.state.outdated ? "系统已更新，请刷新页面" : "页面出现问题，未能显示"}
        hint={this.state.outdated ? "已填写的登记内容已自动保存，刷新后可继续。" : "已填写的登记内容已自动保存。可刷新页面后重试；如反复出现，请联系系统管理员。"}
      >
        <Button type="primary" onClick={() => location.reload()}>
          刷新页面
        </Button>
      </Empty>
    );
  }
}
