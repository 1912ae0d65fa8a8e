//! `packs check`: one broken file for each kind of mistake; the file and the line are named.

mod desk;

use books::pack::load;

/// Breaks the pack and asks what is said: `file:line` and the words.
fn broken(file: &str, from: &str, to: &str) -> Vec<String> {
    let root = tempfile::tempdir().expect("a folder");
    desk::pack(root.path());
    let path = root.path().join("t").join(file);
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
    load(root.path()).1.iter().map(ToString::to_string).collect()
}

/// The line of a text in the firm's file, from 1, in the `n`-th place where it stands.
fn line(text: &str, words: &str) -> usize {
    text.lines().position(|l| l.contains(words)).expect("is there") + 1
}

#[test]
fn every_mistake_of_a_register_is_named_with_its_line() {
    let firm = desk::FIRM;
    let credit = line(firm, "name = \"credit\"\n".trim_end());
    let of = |words: &str| line(firm, words);
    // What is replaced, by what, the line where it stands, what is said. A new line shifts the lines after it by one.
    let cases = [
        (
            "name = \"phone\"",
            "name = \"Phone\"",
            of("name = \"phone\""),
            "只可用小写字母",
        ),
        (
            "name = \"phone\"",
            "name = \"_phone\"",
            of("name = \"phone\""),
            "不以下划线开头",
        ),
        (
            "name = \"phone\"",
            "name = \"latitude\"",
            of("name = \"phone\""),
            "写了两次",
        ),
        ("zh = \"联系电话\"", "zh = \"纬度\"", of("联系电话"), "与另一字段相同"),
        ("type = \"bool\"", "type = \"boole\"", of("type = \"bool\""), "写法有误"),
        (
            "type = \"bool\"",
            "type = \"bool\"\nlenght = 3",
            of("type = \"bool\"") + 1,
            "写法有误",
        ),
        (
            "codes = \"state\"",
            "codes = \"status\"",
            of("codes = \"state\""),
            "没有代码表“status”",
        ),
        ("codes = \"state\"\n", "", of("type = \"code\""), "须写 codes"),
        (
            "type = \"bool\"",
            "type = \"bool\"\ncodes = \"state\"",
            of("type = \"bool\"") + 1,
            "不用 codes",
        ),
        (
            "to = \"firm\"",
            "to = \"group\"",
            of("to = \"firm\""),
            "没有名录“group”",
        ),
        ("to = \"firm\"\n", "", of("type = \"link\""), "须写 to"),
        (
            "type = \"bool\"",
            "type = \"bool\"\nto = \"firm\"",
            of("type = \"bool\"") + 1,
            "不用 to",
        ),
        ("[0-9-]{7,20}", "[0-9-{7,20}", of("pattern ="), "正则表达式有误"),
        (
            "code.credit",
            "code.credits",
            of("code.credit"),
            "没有只取一个参数的函数",
        ),
        ("code.credit", "air.iaqi", of("code.credit"), "没有只取一个参数的函数"),
        ("min = \"0\"", "min = \"zero\"", of("min = \"0\""), "min 应是数"),
        (
            "max = \"today\"",
            "max = \"2024-02-30\"",
            of("max = \"today\""),
            "max 应是数",
        ),
        (
            "min = \"0\"",
            "min = \"5\"\nmax = \"4\"",
            of("min = \"0\""),
            "min 大于 max",
        ),
        (
            "type = \"bool\"",
            "type = \"bool\"\ndigits = 1",
            of("type = \"bool\"") + 1,
            "只有数值才有 digits",
        ),
        (
            "type = \"bool\"",
            "type = \"bool\"\nlength = 1",
            of("type = \"bool\"") + 1,
            "只有文本才有 length",
        ),
        (
            "default = \"run\"",
            "default = \"walk\"",
            of("default ="),
            "没有默认值“walk”",
        ),
        (
            "type = \"longitude\"",
            "type = \"files\"\nunique = true",
            of("type = \"longitude\"") + 1,
            "不能 unique",
        ),
        (
            "personal = true",
            "personal = true\nsearch = true",
            of("personal = true") + 1,
            "个人信息",
        ),
        (
            "name = \"latitude\"",
            "name = \"latitude\"\nwas = [\"phone\"]",
            of("name = \"latitude\"") + 1,
            "现有字段的名字",
        ),
        (
            "key = \"credit\"",
            "key = \"code\"",
            of("key = \"credit\""),
            "没有字段“code”",
        ),
        (
            "name = \"name\"\ndivision",
            "name = \"title\"\ndivision",
            of("name = \"name\""),
            "没有字段“title”",
        ),
        (
            "division = \"division\"",
            "division = \"name\"",
            of("division = \"division\""),
            "须是 division 类",
        ),
        (
            "state = \"state\"",
            "state = \"name\"",
            of("state = \"state\""),
            "须是 code 类",
        ),
        (
            "state = \"state\"",
            "state = \"state\"\nvalid = [\"opened\", \"name\"]",
            of("state = \"state\"") + 1,
            "须是 date 类",
        ),
        (
            "state = \"state\"",
            "state = \"state\"\npublished = [\"open\"]",
            of("state = \"state\"") + 1,
            "没有“open”",
        ),
        (
            "state = \"state\"",
            "state = \"state\"\ntable = \"Firms\"",
            of("state = \"state\"") + 1,
            "只可用小写字母",
        ),
        ("required = true", "required = false", credit, "须写 required = true"),
        (
            "when = \"state\"",
            "when = \"status\"",
            of("when ="),
            "没有字段“status”",
        ),
        (
            "require = [\"closed\"]",
            "require = [\"shut\"]",
            of("require = [\"closed\"]"),
            "没有字段“shut”",
        ),
        (
            "require = [\"closed\"]\n",
            "",
            of("words = { zh = \"关停企业") - 1,
            "规则什么也没要求",
        ),
        (
            "ascending = [\"opened\", \"closed\"]",
            "ascending = [\"opened\", \"shut\"]",
            of("ascending ="),
            "没有字段“shut”",
        ),
        ("title = { zh = \"企业\"", "title = { zh = \"企业", 2, "写法有误"),
    ];
    for (from, to, line, words) in cases {
        let said = broken("registers/firm.toml", from, to);
        let place = format!("t/registers/firm.toml:{line}: ");
        assert!(
            said.iter().any(|s| s.starts_with(&place) && s.contains(words)),
            "{from} → {to}: wanted {place}…{words}…, said {said:#?}"
        );
    }
    let said = broken("registers/permit.toml", "prefix = \"XK\"\n", "");
    assert!(
        said.iter()
            .any(|s| s.starts_with("t/registers/permit.toml:2: ") && s.contains("须写 key")),
        "{said:?}"
    );
    let said = broken(
        "registers/permit.toml",
        "prefix = \"XK\"\n",
        "prefix = \"XK\"\ntable = \"t_firm\"\n",
    );
    assert!(
        said.iter()
            .any(|s| s.starts_with("t/registers/permit.toml:4: ") && s.contains("已被另一名录")),
        "{said:?}"
    );
}

#[test]
fn every_mistake_of_a_code_list_is_named_with_its_line() {
    for (from, to, line, words) in [
        ("# source: made for the test\n", "", 1, "须注明 # source"),
        ("certainty: certain", "certainty: sure", 2, "certainty 只能是"),
        ("code,zh,en", "kode,zh,en", 3, "缺“code”列"),
        ("shut,关停", "run,关停", 6, "已出现过"),
        (
            "code,zh,en\n",
            "code,zh,en,parent\nwalk,走,walk,move\n",
            4,
            "没有上级代码“move”",
        ),
    ] {
        let said = broken("codes/state.csv", from, to);
        let place = format!("t/codes/state.csv:{line}: ");
        assert!(
            said.iter().any(|s| s.starts_with(&place) && s.contains(words)),
            "{from} → {to}: {said:#?}"
        );
    }
}

#[test]
fn fields_written_in_one_list_have_their_own_lines() {
    let said = broken(
        "registers/permit.toml",
        desk::PERMIT,
        "title = { zh = \"许可证\", en = \"Permits\" }\nprefix = \"XK\"\nname = \"number\"\nfield = [\n  { name = \"number\", title = { zh = \"编号\", en = \"No.\" }, type = \"text\" },\n  { name = \"day\", title = { zh = \"日期\", en = \"Day\" }, type = \"date\", length = 3 },\n]\n",
    );
    assert!(
        said.iter()
            .any(|s| s.starts_with("t/registers/permit.toml:6: ") && s.contains("只有文本才有 length")),
        "{said:?}"
    );
}
