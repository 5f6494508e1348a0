package io.feiqian.alarms.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration that exists can be used and shown. */
class ConfigTest {
    private static final String SECRET = "hunter2-token";

    @Test
    void mailIsDescribedWithoutItsPassword() {
        Mail mail = mail("smtp.bank.example", Mail.Security.STARTTLS, "ops", SECRET);
        assertThat(mail.describe())
                .isEqualTo(
                        "mail to a@bank.example, b@bank.example"
                                + " by smtp.bank.example:587 (STARTTLS)");
        assertThat(mail.toString()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @EnumSource(Webhook.Format.class)
    void webhooksShowNoMoreThanSchemeAndHost(Webhook.Format format) {
        Webhook webhook =
                new Webhook(
                        URI.create("https://hooks.example/services/" + SECRET + "?key=" + SECRET),
                        format,
                        format.signs() ? SECRET : "");
        assertThat(webhook.describe())
                .startsWith(format + " webhook at https://hooks.example")
                .doesNotContain(SECRET);
        assertThat(webhook.toString()).doesNotContain(SECRET);
    }

    @Test
    void numbersOfPersonsAreShownByTheirEnd() {
        Sms sms = new Sms("provider", List.of("+8613800138000", "+4915112345678"));
        assertThat(sms.toString()).isEqualTo("short message to …8000, …5678 by provider");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1", "[::1]"})
    void aPasswordNeedsNoTlsWithinTheMachine(String host) {
        assertThatCode(() -> mail(host, Mail.Security.NONE, "ops", SECRET))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"smtp.bank.example", "127.evil.example", "localhost.evil.example"})
    void aPasswordNeedsTlsBeyondTheMachine(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mail(host, Mail.Security.NONE, "ops", SECRET))
                .withMessage("security: NONE (expected: STARTTLS or TLS where a password is sent)");
        assertThatCode(() -> mail(host, Mail.Security.NONE, "", "")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nobody",
                "a@",
                "@b.example",
                "a@b.example\r\nBcc: all@b.example",
                "a@b.example, c@d.example",
                "A <a@b.example>",
                "a b@c.example",
                "\"a\"@b.example",
                "a@b.example>",
                "张@b.example"
            })
    void addressesAreOneAddressEach(String address) {
        for (String each : List.of("from", "to")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            new Mail(
                                    "localhost",
                                    25,
                                    Mail.Security.NONE,
                                    "",
                                    "",
                                    each.equals("from") ? address : "a@b.example",
                                    List.of(each.equals("to") ? address : "a@b.example")))
                    .withMessageStartingWith(each + ": ")
                    .withMessageEndingWith(" (expected: a mail address, name@domain)")
                    .satisfies(refused -> assertThat(refused.getMessage()).hasLineCount(1));
        }
    }

    @Test
    void receiversAreOneToTwenty() {
        for (int number : List.of(0, 21)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> mailTo(Collections.nCopies(number, "a@b.example")))
                    .withMessage("to: " + number + " receivers (expected: 1 to 20)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            new Sms("provider", Collections.nCopies(number, "+8613800138000")))
                    .withMessage("numbers: " + number + " (expected: 1 to 20)");
        }
        assertThat(mailTo(Collections.nCopies(20, "a@b.example")).to()).hasSize(20);
    }

    @Test
    void userAndPasswordComeTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mail("localhost", Mail.Security.TLS, "ops", ""))
                .withMessage("user and password: one of them (expected: both or neither)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mail("localhost", Mail.Security.TLS, "ops", SECRET + "\r\nDATA"))
                .withMessage("password: control characters (expected: none of them)");
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://a.example/, url's scheme: ftp (expected: http or https)",
        "file:/etc/passwd, url's scheme: file (expected: http or https)",
        "//a.example/, url's scheme: none (expected: http or https)",
        "https:///path, url's host: none (expected: a name or an address)",
        "https://a.example:70000/, url's port: 70000 (expected: 1 to 65535)",
        "https://user:hunter2-token@a.example/, url: with a user (expected: one without)"
    })
    void urlsAreThoseOfTheWeb(String url, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Webhook(URI.create(url), Webhook.Format.PLAIN, ""))
                .withMessage(message);
    }

    @Test
    void aSecretIsGivenOnlyWhereItIsUsed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Webhook(URI.create("https://a.example/"), Webhook.Format.SLACK, SECRET))
                .withMessage("secret: set (expected: none, since SLACK does not sign)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"13800138000", "+0123456789", "+86 138", "+123", "+1234567890123456"})
    void numbersAreOfE164(String number) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sms("provider", List.of(number)))
                .withMessage("number: " + number + " (expected: like +8613800138000)");
    }

    @Test
    void gatewaysHaveSimpleNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sms("Provider 1", List.of("+8613800138000")))
                .withMessage("gateway: Provider 1 (expected: small letters, digits and hyphens)");
    }

    static Mail mail(String host, Mail.Security security, String user, String password) {
        return new Mail(
                host,
                587,
                security,
                user,
                password,
                "alarms@bank.example",
                List.of("a@bank.example", "b@bank.example"));
    }

    private static Mail mailTo(List<String> to) {
        return new Mail("localhost", 25, Mail.Security.NONE, "", "", "a@b.example", to);
    }
}
