// Words of signing in, of one's own account, of the administrators' page.

export const zh = {
  access: {
    signIn: '登录', signOut: '退出', account: '账号', password: '密码', code: '动态口令', codeHint: '手机程序里的 {n} 位数字', codeNeeded: '密码正确,请输入动态口令。', enter: '登录', notSecret: '本系统为非涉密系统,严禁存储、处理、传输涉密信息。',
    demo: '演示账号', demoHint: '演示启动时随机生成,只在演示中显示;正式启用时全部停用。点一行即填入。', open: '现在没有登录也能看:本机、且尚无账号或为演示。', you: '您已登录为 {name}。', role: '角色', name: '姓名',
    linkTitle: '设立{role}', linkHint: '这是一次性链接:为这一角色设一个账号。三类管理员须由三人分别设立。', linkDone: '账号已设立,请登录。', make: '设立账号', id: '账号名', idHint: '2 至 32 个小写字母、数字、点、横线', rule: '至少 {n} 个字符,含大写、小写、数字、其他中的 {k} 类;{d} 天须更换。',
    own: '本人账号', change: '更换密码', old: '原密码', new: '新密码', again: '再输一次', differ: '两次输入的新密码不同。', changed: '密码已更换,请重新登录。', factor: '动态口令', factorHint: '在手机的动态口令程序中录入密钥,再输入它显示的口令。', factorStart: '设置动态口令', factorSecret: '密钥', factorConfirm: '启用', factorDone: '动态口令已启用,下次登录起须用。', scope: '范围', ends: '最迟 {at} 自动退出', must: { change_password: '请先更换密码,再做其他事。', second_factor: '您的角色须先设置动态口令,再做其他事。' } as Record<string, string>,
    admin: '账号与审计', accounts: '账号', audit: '审计记录', newAccount: '新账号', added: '账号 {id} 已设立。初始密码只显示这一次:', reset: '重置密码', resetDone: '账号 {id} 的新密码只显示这一次:', stop: '停用', start: '启用', unlock: '解锁', clear: '清除动态口令', roles: '角色与范围', divisions: '行政区代码', owners: '统一社会信用代码', several: '多个用空格隔开', save: '保存', cancel: '取消', state: '状态', active: '可用', stopped: '已停用', locked: '锁定至 {at}', lastIn: '最近登录', never: '从未', noRoles: '无角色', reason: '理由',
    at: '时间', actor: '何人', room: '对象', record: '记录', kind: '何事', why: '说明', fields: '字段', older: '更早', csv: '导出 CSV', filter: '查询', noLines: '没有符合的记录。', seq: '序号', nothing: '您的角色不管账号,也不看审计记录。',
  },
}

export const en: typeof zh = {
  access: {
    signIn: 'Sign in', signOut: 'Sign out', account: 'Account', password: 'Password', code: 'Time code', codeHint: 'the {n} digits your telephone shows', codeNeeded: 'The password is right; now the time code.', enter: 'Sign in', notSecret: 'This system is not for state secrets: none may be stored, processed or sent here.',
    demo: 'Accounts of the demo', demoHint: 'Made at random when the demo starts and shown only there; all are stopped outside it. A click fills the form.', open: 'You can look around without signing in: this machine, no accounts yet or the demo.', you: 'You are signed in as {name}.', role: 'Role', name: 'Name',
    linkTitle: 'Appoint: {role}', linkHint: 'A one-time link: it makes one account of this role. The three administrators are three people.', linkDone: 'The account is made; sign in.', make: 'Make the account', id: 'Account name', idHint: '2 to 32 small letters, digits, dots, dashes', rule: 'At least {n} characters, {k} of: capitals, small letters, digits, others; changed every {d} days.',
    own: 'Your account', change: 'Change the password', old: 'Old password', new: 'New password', again: 'Once more', differ: 'The new passwords differ.', changed: 'The password is changed; sign in again.', factor: 'Second factor', factorHint: 'Enter the secret in your telephone\'s program, then the code it shows.', factorStart: 'Set up a second factor', factorSecret: 'Secret', factorConfirm: 'Use it', factorDone: 'The second factor is in use from your next sign-in.', scope: 'Scope', ends: 'Ends at {at} at the latest', must: { change_password: 'Change your password before anything else.', second_factor: 'Your role needs a second factor before anything else.' },
    admin: 'Accounts and log', accounts: 'Accounts', audit: 'Log', newAccount: 'New account', added: 'Account {id} is made. Its first password is shown only now:', reset: 'New password', resetDone: 'The new password of {id} is shown only now:', stop: 'Stop', start: 'Start', unlock: 'Unlock', clear: 'Clear the second factor', roles: 'Roles and scope', divisions: 'Division codes', owners: 'Credit codes', several: 'several with spaces between', save: 'Save', cancel: 'Cancel', state: 'State', active: 'active', stopped: 'stopped', locked: 'locked until {at}', lastIn: 'Last sign-in', never: 'never', noRoles: 'no role', reason: 'Reason',
    at: 'Time', actor: 'Who', room: 'Where', record: 'Record', kind: 'What', why: 'Remarks', fields: 'Fields', older: 'Older', csv: 'Export CSV', filter: 'Ask', noLines: 'No such line.', seq: 'No.', nothing: 'Your role neither manages accounts nor reads the log.',
  },
}
