import { zh as access } from './access'
import { zh as library } from './library'
import { zh as rooms } from './rooms'
// Chinese first: this file fixes the keys, en.ts follows them (checked by the type).
export const zh = {
  app: { name: '青山' },
  nav: { plan: '要点', law: '标准', calc: '试算', packets: '数据包', skip: '跳到正文', chapters: '章节', main: '主要页面' },
  date: {
    until: '数据截至', steps: '可看的日子', free: '任选一日', pick: '选择日期', apply: '就看这一天', back: '回到开篇日',
    hint: '页面上的数字都算到这一天为止,按当日有效的标准',
  },
  lawOf: {
    label: '适用标准', day: '当日有效', other: '按另一日的标准试算', hint: '“如果当时就执行这一日的标准”:同样的数据,另一套限值和分级',
    off: '回到当日有效', whatIf: '试算', banner: '试算:按 {date} 有效的标准判定,不是当时的结论',
  },
  search: { open: '搜索', placeholder: '搜索 句子、指标、标准、站点', empty: '没有找到“{q}”', start: '输入句中的字、指标名、标准号或站点名', kinds: { sentence: '句子', measure: '指标', standard: '标准', site: '站点', division: '行政区', key: '条款' } },
  keys: {
    title: '键盘', search: '搜索', help: '这张表', next: '下一句 / 上一句', nextFigure: '下一个 / 上一个有数的句子', open: '打开所在句的看板', close: '关闭看板、菜单', home: '回到要点', lang: '中文 / English', print: '打印(A4)',
  },
  light: { green: '达到', amber: '临近', red: '未达到', none: '尚无数据', greenShort: '绿', amberShort: '黄', redShort: '红', noneShort: '无数据' },
  sim: { mark: '模拟', title: '由模拟数据算出,不是监测结果' },
  state: {
    loading: '正在读取', slow: '仍在计算,已 {n} 秒', retry: '重试', where: '位置', remedy: '怎么办', error: '没有取到', empty: '没有内容',
    denied: '没有查看这里的权限', deniedHint: '权限按角色、行政区和归属决定;请向本单位管理员申请。', notFound: '没有这个页面', home: '回到要点',
  },
  common: {
    export: '导出 xlsx', table: '数据表', chart: '图', close: '关闭', full: '整页打开', copy: '复制', copied: '已复制', copyLink: '复制链接', print: '打印', value: '值', date: '日期', source: '来源',
    more: '再列 {n} 项', all: '全部 {n} 项', and: '、', rows: '{n} 行', pause: '暂停', resume: '继续',
  },
  home: {
    meta: '{issuer} · {chapters} 节 {sentences} 句 · 有数据 {live} 句', counts: '绿 {green} · 黄 {amber} · 红 {red} · 尚无数据 {none}', cards: '基本目标', target: '目标', noTarget: '未写数值目标',
    none: '尚无数据', notes: '边注', bulletLegend: '● 现值 {\'|\'} 目标 — 全年预计区间', lawInForce: '所看之日有效的标准', sentenceStand: '这一句', measuresOf: '这一句的指标', noMeasure: '这一句还没有对应的指标。',
    bulletAria: '现值 {value},目标 {target},全年预计 {lo} 至 {hi}',
  },
  stand: {
    title: '看板', target: '目标', lastYear: '去年同期', yoy: '同比', remaining: '余期', projection: '全年预计', points: '个百分点', valid: '有效数据', validText: '{cities}/{ofCities} 市 · 有效 {days}/{of} 城市天',
    noProjection: '尚不能给出全年预计', trend: '逐日累计', most: '多数城市', thisYear: '{year}年', map: '分市地图', cities: '分市', calendar: '日历', published: '公布值', publishedHint: '见诸公报或报道的数字,列在我们的数字旁边,供对照', explain: '由来', tasks: '任务', cases: '案件',
    noTasks: '本句尚未分解任务。', noCases: '本指标尚无案件。', noCities: '没有分市数据。', noTrend: '没有逐日数据。', noCalendar: '没有逐日的空气质量指数。', noPublished: '没有收集到与本指标对应的公布值。', noData: '尚无数据', rank: '位次', city: '市', change: '变化', days: '有效天', aqi: 'AQI', level: '级别', primary: '首要污染物', period: '时段', division: '范围', item: '项目',
    mapHint: '颜色越深数值越大;数字为当前指标', mapNote: '边界:民政部地名数据(CGCS2000);仅作示意', whatIf: '试算对照', whatIfBase: '当日有效', whatIfOther: '按 {date} 的标准', noValue: '无数据',
    items: { pm25: 'PM2.5 平均浓度', good_day_ratio: '优良天数比率', heavy_pollution_day_ratio: '重污染天数比率', national_section_good_ratio: '国考断面优良比例', national_section_worse_than_v_ratio: '国考断面劣Ⅴ类比例' } as Record<string, string>,
    seeSentence: '在原文中看',
  },
  explain: {
    title: '由来', inputsCount: '由 {n} 项算出', deeper: '逐项展开,直到原始数据;那里写明证据链是否完整', evidence: '原始证据', usedBy: '谁用到这个数', nobody: '没有别的数直接用到它', otherLaw: '若按另一日的标准', otherLawPick: '选择另一日', inForceDay: '当日有效', asOf: '{date} 的标准', verify: '核验', chainOk: '证据链完整', chainBad: '证据链不完整', alone: '单独打开', copyRef: '复制引用', law: '所用条款', missing: '缺', noRef: '没有指明要解释的数', noRefHint: '从首页的一句话或看板里的“由来”走到这里。', same: '与当日有效相同', noClause: '没有引用条款', expand: '展开', collapse: '收起',
  },
  evidence: {
    title: '证据', packet: '数据包', file: '文件行', name: '名称', source: '来源', licence: '许可', sha: 'SHA-256', line: '行', received: '收到', place: '位置', placeText: '第 {seq} 条 · 段 {segment} · 偏移 {offset}', chain: '链', chainOk: '链完整', chainBad: '链不符', checked: '本段 {n} 条记录逐条重算', crcOk: '校验通过', crcBad: '校验不符', version: '协议', fields: '字段', row: '本行各列', unlicensed: '未注明',
  },
  law: {
    title: '标准库', lead: '系统用到的标准、它们的起止日期,以及每一张表。程序里没有限值:都在这里。', number: '标准号', name: '名称', from: '起', to: '止', state: '状态', inForce: '有效', past: '已废止', future: '未到实施日', provisions: '条款', certainty: '可信', source: '出处', checked: '核对日', timeline: '时间', diff: '比较两日', diffTitle: '两日之间改了什么', diffLead: '同一个键在两个日期各自有效的条款,逐格比较。', dayA: '前一日', dayB: '后一日', noDiff: '两日之间没有不同。', versions: '各版本', at: '{date} 有效', notAt: '{date} 没有有效的条款', division: '适用范围', nation: '全国', row: '行', column: '列', before: '前', after: '后', added: '新增', removed: '废止', changed: '改动 {n} 处', keyLead: '按日期解析:同一个键,所看之日用哪一条。', open: '至今', onDate: '所看之日', replaces: '代替', filter: '筛选 标准号或名称', onlyInForce: '只看所看之日有效的',
  },
  // Names of columns and words of the library's tables; what is not here is shown as it stands there.
  table: {
    columns: {
      pollutant: '污染物', factor: '因子', period: '平均时间', class1: '一级', class2: '二级', class: '类区', unit: '单位', clause: '条款', item: '项目', value: '值', limit: '限值', level: '级别', category: '类别', grade: '等级', aqi_from: 'AQI 自', aqi_to: 'AQI 至', colour: '颜色', decimals: '小数位', mode: '修约', use: '用途', minimum: '最少个数', per_month: '每月最少', february: '二月最少', of: '对象', certainty: '可信', weight: '权重', mean_against: '均值对照', percentile: '百分位', percentile_against: '百分位对照', statistic: '统计量', limit_period: '限值时段', limit_class: '限值等级', state: '状态', kind: '类型', kelvin: '温度 K', kilopascal: '气压 kPa', areas: '区域', groups: '敏感人群', division: '行政区', name: '名称', region: '片区', north: '皖北', text: '内容', check: '检查', op: '比较', row: '行', needed: '需要', report: '报告', sites: '点位数', mark: '标记', instead: '改用', per: '每', iaqi: 'IAQI', max: '上限', above: '高于', rule: '规则', order: '次序', method: '方法', window: '窗口', default: '缺省', named: '写明', population_below: '人口不足', area_below: '面积不足', in_mean: '计入均值', in_city_figure: '计入城市值',
    } as Record<string, string>,
    words: { year: '年', '1d': '日', '8hmax1d': '日最大 8 小时', '24h': '24 小时', '8h': '8 小时', '1h': '1 小时', day: '日', max8h: '日最大 8 小时', season: '季', month: '月', gbt8170: '四舍六入五成双', up: '进一', 'half-up': '四舍五入', down: '截去', yes: '是', no: '否', class1: '一级', class2: '二级' } as Record<string, string>,
  },
  certainty: { certain: '确定', likely: '可能', uncertain: '存疑', certainTitle: '已对照标准原文', likelyTitle: '公认如此,未对照原文', uncertainTitle: '有疑问,见说明' },
  calc: {
    title: '试算', lead: '与命令行、SQL、接口同一套函数:填入数值,看结果和它的由来。', pick: '函数', date: '按哪一日的标准', run: '计算', optional: '可不填', empty: '填好参数即计算。', today: '今天', cli: '命令行', reset: '清空', noValue: '没有结果',
    // Result columns by name; pollutants after `iaqi_` and `i_` keep their own names.
    columns: {
      days: '天数', valid: '有效', unit: '单位', needed: '需要', missing: '缺项', level: '级别', category: '类别', why: '原因', standard: '标准', short_months: '不足的月份', primary: '首要污染物', mode: '修约', method: '方法', mean: '均值', largest: '最大项', failing: '超标项', exceeds: '超标', exact: '修约前', eight_hours: '八小时均值', direction: '方向', colour: '颜色', by_ranking_statistics: '按排名统计', years: '年数', windows: '窗口数', sites: '点位数', ranked: '参加排名', other_method: '另一算法', of: '应有', limit: '限值', kelvin_to: '换算后温度 K', kelvin_from: '换算前温度 K', hours: '小时数', grade: '等级', factor_exact: '系数', c_rounded: '修约后浓度', c_judged: '判定用浓度', percentile: '百分位', per: '每',
    } as Record<string, string>,
  },
  ...access,
  ...library,
  ...rooms,
  packets: {
    title: '数据包', lead: '收到的每个包先落盘、入链,再应答。不合格的隔离,写明原因,可重放。', connected: '在线', registered: '已登记 {n}', rate: '每秒包数', bytes: '{n}/秒', p99: '应答 p99', accepted: '已收', quarantined: '隔离', duplicates: '重复 {n}', recent: '最近的包', outlets: '排放口', quarantine: '隔离区', reason: '原因', detail: '详情', remedy: '怎么办', replay: '重放', replayed: '已重放', replayOk: '重放成功,已入库', replayBad: '重放仍不合格:{reason}', at: '时间', peer: '对端', version: '版本', warnings: '提醒', lastAt: '最近', count: '包数', values: '最近值', offline: '离线', online: '在线', simAll: '在线的都是模拟排放口,数值为模拟', simSome: '其中 {n} 个为模拟排放口', noRecent: '还没有收到数据包。启动 qingshan demo,或用 qingshan hj212 send 发一个。', noQuarantine: '隔离区是空的。', noOutlets: '还没有登记排放口。', off: '接收服务未启动:此进程没有打开 HJ 212 端口。', live: '实时', lost: '实时连接断开,每 {n} 秒重连', paused: '已暂停', name: '名称', pickOne: '选一行看原文',
  },
}

export type Messages = typeof zh
