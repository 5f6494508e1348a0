package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.console.OidcException.Why;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a console may be told about an OpenID provider, and what follows from groups. */
final class OidcConfigTest {
    private static final String ISSUER = "https://sign-in.example/realms/bank";
    private static final String CONSOLE = "https://console.example/";

    @Test
    void addressesAreByTlsUnlessOnThisMachine() {
        OidcConfig config = OidcConsole.config(ISSUER, CONSOLE);
        assertThat(config.redirect()).isEqualTo("https://console.example/sign-in/oidc/return");
        assertThat(config.discovery().toString())
                .isEqualTo(ISSUER + "/.well-known/openid-configuration");
        assertThat(config.secure()).isTrue();
        for (String here : List.of("http://localhost:8080", "http://127.0.0.1", "http://[::1]:1")) {
            assertThat(OidcConsole.config(here, here).issuer()).isEqualTo(here);
        }
        for (String wrong :
                List.of(
                        "",
                        "http://sign-in.example",
                        "http://localhost.example",
                        "http://127.0.0.1.example",
                        "ftp://localhost",
                        "https://",
                        "https://a.example?x=y",
                        "https://user@a.example",
                        "not an address")) {
            assertThatThrownBy(() -> OidcConsole.config(wrong, CONSOLE))
                    .as(wrong)
                    .hasMessageContaining("issuer");
            assertThatThrownBy(() -> OidcConsole.config(ISSUER, wrong))
                    .as(wrong)
                    .hasMessageContaining("console");
        }
    }

    @Test
    void whatIsPublishedIsByTlsToo() {
        OidcConfig remote = OidcConsole.config(ISSUER, CONSOLE);
        assertThat(remote.published("a", "https://keys.example/1")).hasHost("keys.example");
        for (String wrong : List.of("http://127.0.0.1/keys", "http://a.example", "", "a b")) {
            assertThatThrownBy(() -> remote.published("a", wrong))
                    .isInstanceOf(OidcException.class);
        }
        OidcConfig local = OidcConsole.config("http://localhost:1", "http://127.0.0.1:2");
        assertThat(local.published("a", "http://127.0.0.1/keys")).hasNoPort();
        assertThatThrownBy(() -> local.published("a", "http://a.example"))
                .isInstanceOf(OidcException.class);
    }

    @Test
    void groupsGiveOneRole() {
        OidcConfig config = OidcConsole.config(ISSUER, CONSOLE);
        assertThat(config.roleOf(Set.of("viewers", "choir"))).isEqualTo(Role.VIEWER);
        assertThat(config.roleOf(Set.of("viewers", "operators"))).isEqualTo(Role.OPERATOR);
        assertThat(config.roleOf(Set.of("viewers", "administrators")))
                .isEqualTo(Role.ADMINISTRATOR);
        assertRefused(config, Set.of(), Why.NO_GROUP);
        assertRefused(config, Set.of("Operators", "operator"), Why.NO_GROUP);
        assertRefused(config, Set.of("operators", "administrators"), Why.TWO_ROLES);
        assertThatThrownBy(() -> new OidcConfig.Group("a", "KING")).hasMessageContaining("KING");
    }

    private static void assertRefused(OidcConfig config, Set<String> groups, Why why) {
        assertThatThrownBy(() -> config.roleOf(groups))
                .isInstanceOfSatisfying(
                        OidcException.class, it -> assertThat(it.why()).isEqualTo(why));
    }
}
