// The password policy as far as the browser can tell; the server has the last word (history, common passwords).

export interface PasswordRule {
  text: string;
  met: boolean;
}

export function passwordRules(next: string, login: string, current: string): PasswordRule[] {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((c) => c.test(next)).length;
  return [
    { text: "不少于10个字符", met: [...next].length >= 10 },
    { text: "大写字母、小写字母、数字、符号至少含三种", met: classes >= 3 },
    { text: "不含登录名", met: next !== "" && !next.toLowerCase().includes(login.toLowerCase()) },
    { text: "与当前密码不同", met: next !== "" && next !== current },
  ];
}
