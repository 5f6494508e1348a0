package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.ProxyConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who the client is where connections begin with a PROXY header. */
class ProxyHeaderTest {
    private static final String SAID = "PROXY TCP4 192.0.2.7 198.51.100.1 5000 80\r\n";
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final Shop shop = new Shop("shop");

    @AfterEach
    void stop() {
        shop.close();
    }

    @Test
    void whoIsTrustedSaysWhoTheClientIs() {
        assertThat(clientSeenBehind("[\"127.0.0.0/8\"]")).isEqualTo("192.0.2.7");
    }

    @Test
    void whoIsNotTrustedIsTheClient() {
        assertThat(clientSeenBehind("[\"10.0.0.0/8\"]")).isEqualTo("127.0.0.1");
    }

    @Test
    void withoutNetworksNobodyIsTrusted() {
        assertThat(clientSeenBehind("[]")).isEqualTo("127.0.0.1");
    }

    @Test
    void whoSendsNoHeaderIsNotAnswered() {
        try (Door door = new Door(config("[\"127.0.0.0/8\"]"))) {
            assertThat(Wire.exchange(door.port(), REQUEST)).isEqualTo(Wire.Message.NONE);
        }
        assertThat(shop.seen).isEmpty();
    }

    private String clientSeenBehind(String trusted) {
        try (Door door = new Door(config(trusted))) {
            assertThat(Wire.exchange(door.port(), SAID + REQUEST).status()).isEqualTo(200);
        }
        return shop.seen.getFirst().field("x-forwarded-for");
    }

    private ProxyConfig config(String trusted) {
        return ProxyConfig.type()
                .parse(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"],
                                        "proxyProtocol": "REQUIRED", "trusted": %s}],
                         "routes": [{"name": "all", "pool": "web"}],
                         "pools": [{"name": "web", "backends": [{"address": "127.0.0.1:%d"}]}]}
                        """
                                .formatted(trusted, shop.port()));
    }
}
