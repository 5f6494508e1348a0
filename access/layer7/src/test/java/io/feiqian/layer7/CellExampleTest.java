package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.KeyParts;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The example of the documentation, as it stands there. */
class CellExampleTest {
    private static final String ACCOUNT =
            AccountNumber.of(new Slot(42), AccountNumber.Kind.CUSTOMER, 1).toString();

    @Test
    @Requirement("D5.5-c")
    void theExampleFindsItsKeys() throws IOException {
        String text = Files.readString(Path.of("../../docs/gateway-cells.md"));
        int from = text.indexOf("```json\n") + 8;
        ProxyConfig config =
                ProxyConfig.type().parse(text.substring(from, text.indexOf("```", from)));
        CellSteering.Way payments = way(config, "payments");
        assertThat(payments.needsBody()).isTrue();
        assertThat(payments.byLoad()).isFalse();
        assertThat(read(payments, 0, Map.of("x-account", List.of(ACCOUNT)), "")).contains(ACCOUNT);
        assertThat(read(payments, 1, Map.of(), "{\"payer\":{\"account\":\"" + ACCOUNT + "\"}}"))
                .contains(ACCOUNT);
        CellSteering.Way journal = way(config, "journal");
        assertThat(journal.byLoad()).isTrue();
        assertThat(journal.needsBody()).isFalse();
    }

    private static CellSteering.Way way(ProxyConfig config, String name) {
        RouteConfig route =
                config.routes().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        return CellSteering.Way.of(route.cell().orElseThrow(), route.patience());
    }

    private static Optional<String> read(
            CellSteering.Way way, int place, Map<String, List<String>> headers, String body) {
        return way.readers()
                .get(place)
                .read(
                        KeyParts.of(
                                new HttpQuestion(
                                        "POST", "/", "", headers, ByteString.copyFromUtf8(body)),
                                InetAddress.getLoopbackAddress()));
    }
}
