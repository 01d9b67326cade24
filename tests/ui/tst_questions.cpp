// SPDX-License-Identifier: Apache-2.0
#include "dialogs/connectdialog.h"
#include "dialogs/questiondialog.h"
#include "language.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// The dialogs about the way in to a node.
class TestQuestions : public QObject
{
    Q_OBJECT

    Translation m_translation;

    template <typename Widget>
    static Widget *named(QWidget &window, const char *name)
    {
        return window.findChild<Widget *>(QLatin1StringView(name));
    }
    static QString textOf(const QWidget &dialog)
    {
        QStringList texts{dialog.windowTitle()};
        for (const QLabel *label : dialog.findChildren<QLabel *>()) {
            if (!label->isHidden())
                texts += label->text();
        }
        return texts.join(u'|');
    }

private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_questions"_s);
        QSettings().clear();
    }
    void cleanupTestCase() { QSettings().clear(); }

    void asks_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("echo");
        QTest::addColumn<QString>("prompt");
        QTest::addColumn<QString>("instruction");
        QTest::addColumn<QString>("english");
        QTest::addColumn<QString>("chinese");
        using Kind = SecretQuestion::Kind;
        const QString none;
        QTest::newRow("password") << int(Kind::LoginPassword) << false << none << none
                                  << u"Password needed|cp1 asks for the password of admin."_s
                                  << u"需要口令|cp1 要求输入 admin 的口令。"_s;
        QTest::newRow("password that the server introduces")
            << int(Kind::LoginPassword) << false << u"Password:"_s << u"Be <b>careful</b>."_s
            << u"Password needed|cp1 asks for the password of admin.|Be <b>careful</b>."_s
            << u"需要口令|cp1 要求输入 admin 的口令。|Be <b>careful</b>."_s;
        QTest::newRow("hidden answer") << int(Kind::Prompt) << false << u"PIN:"_s << none
                                       << u"Question of the server|cp1 asks admin, in its own words:|PIN:"_s
                                       << u"服务器提问|cp1 询问 admin，原文如下：|PIN:"_s;
        QTest::newRow("shown answer")
            << int(Kind::Prompt) << true << u"Code:"_s << u"Take your token.\nPress its \u202ebutton."_s
            << u"Question of the server|cp1 asks admin, in its own words:|Take your token.\nPress its \\u{202E}button.\nCode:"_s
            << u"服务器提问|cp1 询问 admin，原文如下：|Take your token.\nPress its \\u{202E}button.\nCode:"_s;
    }
    void asks()
    {
        QFETCH(int, kind);
        QFETCH(bool, echo);
        QFETCH(QString, prompt);
        QFETCH(QString, instruction);
        m_translation.use(Language::English);
        QuestionDialog dialog(
            SecretQuestion{SecretQuestion::Kind(kind), u"cp1"_s, u"admin"_s, {}, prompt, instruction, echo}, nullptr);
        auto *field = named<QLineEdit>(dialog, "secret");
        QVERIFY(field);
        QCOMPARE(field->echoMode(), echo ? QLineEdit::Normal : QLineEdit::Password);
        QTEST(textOf(dialog), "english");
        const QString name = field->accessibleName();
        QVERIFY(!name.isEmpty());
        m_translation.use(Language::Chinese);
        QCoreApplication::sendPostedEvents();
        QTEST(textOf(dialog), "chinese");
        QVERIFY(field->accessibleName() != name);
        for (const QLabel *label : dialog.findChildren<QLabel *>())
            QCOMPARE(label->textFormat(), Qt::PlainText);
        m_translation.use(Language::English);

        const auto answer = dialog.takeAnswer(); // an empty one is an answer, too
        QVERIFY(answer && answer->isEmpty());
    }

    void remembersWhetherTheAgentIsUsed()
    {
        for (const bool use : {true, false, true}) {
            ConnectDialog dialog(nullptr);
            auto *box = named<QCheckBox>(dialog, "agent");
            QVERIFY(box && !box->text().isEmpty());
            box->setChecked(use);
            named<QLineEdit>(dialog, "host")->setText(u"root@cp1"_s);
            dialog.accept();
            QCOMPARE(dialog.target().agent, use);
            QCOMPARE(named<QCheckBox>(*std::make_unique<ConnectDialog>(nullptr), "agent")->isChecked(), use);
        }
    }
    void usesTheAgentUnlessToldOtherwise()
    {
        QSettings().clear();
        ConnectDialog dialog(nullptr);
        QVERIFY(named<QCheckBox>(dialog, "agent")->isChecked());
    }
};

QTEST_MAIN(TestQuestions)
#include "tst_questions.moc"
