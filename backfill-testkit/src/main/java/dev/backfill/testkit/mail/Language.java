package dev.backfill.testkit.mail;

import java.util.List;

/** Words to make sentences of, and the charsets that mail in that language comes in. */
enum Language {
    ENGLISH(
            "utf-8 us-ascii iso-8859-1 windows-1252",
            "the report of last week shows that our plan for delivery is on time and within budget please find details"
                    + " below let me know if you need anything else before meeting on Monday we should talk about new"
                    + " contract customer asked for an update invoice order project team review draft final version thanks"),
    GERMAN(
            "utf-8 iso-8859-1 windows-1252",
            "die Rechnung für März liegt bei und wird nächste Woche fällig wir müssen über das Büro in München sprechen"
                    + " bitte prüfen Sie den Entwurf größere Änderungen sind möglich schöne Grüße vielen Dank Straße Maß"),
    FRENCH(
            "utf-8 iso-8859-1 windows-1252",
            "la réunion prévue à Orléans est reportée après le départ du client veuillez vérifier les données ci-jointes"
                    + " nous espérons recevoir votre réponse dès que possible merci très bien cordialement été hôtel"),
    RUSSIAN(
            "koi8-r utf-8 windows-1251",
            "отчёт за прошлую неделю готов просим проверить данные и сообщить если нужны изменения договор счёт заказ"
                    + " встреча в понедельник спасибо проект команда новая версия доставка клиент"),
    JAPANESE(
            "iso-2022-jp shift_jis utf-8",
            "会議 の 資料 を 送付 します 確認 お願い いたします 来週 月曜日 予定 変更 請求書 注文 ありがとう ございます" + " プロジェクト メール テスト 東京 大阪 よろしく"),
    CHINESE("gb2312 utf-8", "会议 文件 请 查收 下周 星期一 我们 需要 讨论 合同 发票 订单 客户 谢谢 项目 团队 新 版本 北京 上海 更新"),
    HEBREW(
            "utf-8",
            "שלום הדוח של השבוע מוכן נא לבדוק את הנתונים תודה רבה פגישה ביום שני חוזה חשבונית הזמנה לקוח פרויקט"),
    ARABIC("utf-8", "مرحبا التقرير جاهز يرجى مراجعة البيانات شكرا اجتماع يوم الاثنين عقد فاتورة طلب عميل مشروع فريق"),
    EMOJI(
            "utf-8",
            "great 🎉 news 🚀 team 👩‍💻 we ✅ shipped 📦 it 🇩🇪 thanks 🙏 see you 👋🏽 soon ☕ launch 🌍 party 🥳");

    private final List<String> charsets;
    private final List<String> words;

    Language(String charsets, String words) {
        this.charsets = List.of(charsets.split(" "));
        this.words = List.of(words.split(" "));
    }

    List<String> charsets() {
        return charsets;
    }

    /** Makes a line of text without a line end. */
    String words(Dice dice, int count) {
        StringBuilder line = new StringBuilder(count * 7);
        for (int i = 0; i < count; i++) {
            line.append(i == 0 ? "" : " ").append(dice.pick(words));
        }
        return line.toString();
    }

    /** Makes paragraphs of about so many characters, LF at the end of each line; nothing for 0. */
    String text(Dice dice, int characters) {
        StringBuilder text = new StringBuilder(characters + 100);
        while (text.length() < characters) {
            String line = words(dice, dice.between(4, 11));
            text.append(line).append(dice.percent(25) ? ".\n\n" : "\n");
        }
        return text.toString();
    }
}
