//! What the crates below say in English, for a reader of Chinese: the crates name place and reason, this file the words.

use crate::error::ApiError;
use ::figure::Text;
use ::law::{Law, LawError};
use standards::{EvalError, Function};

/// Messages about files of law, by a part that only they have.
const LAW: &[(&str, &str)] = &[
    ("has no clause", "缺条款号:没有条款的数值不收"),
    ("needs a source and a title", "缺出处,或缺中文、英文名称"),
    ("needs a title and a reason", "待录入条目要有中英文名称和原因"),
    ("[addition] `source` is empty", "缺出处:写明数值读自哪里"),
    (
        "is not a standard of the law loaded",
        "标准库里没有这个标准号;先核对标准号",
    ),
    (
        "begins with either [standard] or [addition]",
        "文件要以 [standard] 或 [addition] 开头",
    ),
    ("is not a date", "日期写作 YYYY-MM-DD"),
    ("lies before `from`", "止日早于起日"),
    ("is not a key", "键由小写英文词以点相连"),
    ("is not a division", "行政区是 6 位代码,全国留空"),
    ("needs either `table` or `values`", "没有表格"),
    ("names a column", "指定了表中没有的列"),
    ("has several rows", "有多行:要选出命名每一行的列"),
    ("has two rows for", "有两行同名"),
    ("the table has no rows", "表格没有数据行(首行是列名)"),
    ("table row:", "此行的格数与列名的个数不同"),
    ("have no unit", "有数值的列没有单位:填单位,或在表中加一列 unit"),
    ("already stands in", "标准库里已有这个标准号"),
    ("unknown variant", "可信程度只能是 certain、likely、uncertain"),
    ("unknown field", "有不认识的字段名"),
    ("missing field", "缺必填的字段"),
    ("duplicate key", "同一字段写了两次"),
    ("unit", "单位不能识别"),
    ("overlap:", "重叠:这些日子已有另一条款"),
    ("gap:", "空档:两个版本之间有日子没有条款"),
    ("holds outside the dates of", "起止日超出标准的有效期"),
    ("points at", "指向的键或标准不在库中"),
    ("which is not in the law", "代替的标准不在库中"),
    ("which is still in force", "所代替的标准尚未截止"),
    ("states no provision", "草案没有条款,不会改变任何结果"),
    ("is in the library already", "这个标准号已在库中:给草案另起一个编号"),
    ("says the same already", "库中已有内容相同的文件"),
    ("no data folder was named", "没有数据目录,无处保存"),
    ("cannot be read", "读不出"),
];

/// A message about a file of law, in both languages.
pub fn law_message(message: &str) -> Text {
    let zh = LAW.iter().find(|(part, _)| message.contains(part)).map_or_else(
        || format!("文件有误:{message}"),
        |(_, zh)| {
            // What stands in back-ticks is the thing itself: it stays readable in either language.
            let named: Vec<&str> = message.split('`').skip(1).step_by(2).take(2).collect();
            if named.is_empty() {
                (*zh).to_string()
            } else {
                format!("{zh}({})", named.join("、"))
            }
        },
    );
    Text::new(zh, message)
}

/// A draft that cannot be laid over the law.
pub fn refused_draft(errors: &[LawError]) -> ApiError {
    let line = |e: &LawError, zh: bool| {
        let words = law_message(&e.message);
        if zh {
            format!("第 {} 行:{}", e.line, words.zh)
        } else {
            format!("line {}: {}", e.line, words.en)
        }
    };
    let all = |zh: bool| errors.iter().map(|e| line(e, zh)).collect::<Vec<_>>().join(";");
    ApiError::bad(
        format!("草案不能用:{}", all(true)),
        format!("the draft cannot be used: {}", all(false)),
    )
    .at("draft")
    .remedy("按所指的行改正后重新上传", "mend the line named and upload it again")
}

/// Why a function has no answer: at the argument concerned, in both languages.
pub fn eval_error(law: &Law, function: &Function, e: &EvalError) -> ApiError {
    let title = |name: &str| -> String {
        let base = name.split('[').next().unwrap_or(name);
        let arg = function.args.iter().find(|a| a.name == base);
        arg.map_or(name, |a| a.title.0).to_string()
    };
    match e {
        EvalError::Missing(name) => ApiError::bad(format!("缺少「{}」({name})", title(name)), format!("{e}"))
            .at(name.clone())
            .remedy("填上这一项", "fill it in"),
        EvalError::Argument { name, .. } => {
            let why = e.text();
            ApiError::bad(
                format!("「{}」({name}):{}", title(name), why.zh),
                format!("argument `{name}`: {}", why.en),
            )
            .at(name.clone())
        }
        EvalError::UnknownArgument { name, known } => {
            ApiError::bad(format!("没有名为 {name} 的参数;有:{known}"), e.to_string()).at(name.clone())
        }
        EvalError::NotInForce(n) => {
            let text = law.absence(n);
            let missing = n.unrecorded.is_some();
            let out = ApiError::bad(text.zh, text.en).at(n.key.clone());
            if missing {
                out.remedy(
                    "在“标准库 › 待录入”录入这一条款后即可计算",
                    "record the provision under Standards › not recorded",
                )
            } else {
                out.remedy("换一个标准日期或行政区", "choose another date or division")
            }
        }
        EvalError::Law { key, standard, reason } => {
            ApiError::bad(format!("{standard} 的 {key} 不能用:{reason}"), e.to_string()).at(key.clone())
        }
        e => ApiError::bad(format!("不能计算:{e}"), format!("cannot be computed: {e}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_what_it_names() {
        let t = law_message("`soil.limit` has no clause: a value without a clause is refused");
        assert!(t.zh.starts_with("缺条款号") && t.zh.contains("soil.limit"), "{}", t.zh);
        assert!(law_message("something new").zh.contains("something new"));
    }
}
