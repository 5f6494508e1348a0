package io.feiqian.registryetcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.registry.Eventually;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An etcd that speaks by TLS alone, and asks everybody for a certificate. */
@Timeout(120)
class EtcdTlsTest {
    @TempDir private Path folder;

    @BeforeAll
    static void needsEtcd() {
        assumeTrue(EtcdServer.isThere(), EtcdServer.MISSING);
    }

    @Requirement({"P6.2.2.3-b", "P6.2.2.4-c"})
    @Test
    void whoShowsACertificateIsServedAndNobodyElse() throws Exception {
        SelfSigned etcd = SelfSigned.here(folder, "etcd");
        SelfSigned known = SelfSigned.here(folder, "known");
        SelfSigned unknown = SelfSigned.here(folder, "unknown");
        int port = EtcdServer.freePorts(1)[0];
        EtcdConfig open = config(port);
        EtcdServer server =
                EtcdServer.overTls(
                        folder.resolve("data").resolve("etcd"),
                        port,
                        trusting(etcd, etcd),
                        known.certificate());
        try (Registry first = EtcdRegistry.start(open.over(trusting(etcd, known)));
                Registry second = EtcdRegistry.start(open.over(trusting(etcd, known)))) {
            ServiceInstance a =
                    new ServiceInstance(
                            "payments", Optional.empty(), "a", "127.0.0.1", 7101, Map.of());
            first.register(a, () -> true).registered().get(30, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            second.watchInstances("payments", seen::see);
            assertThat(seen.await()).containsExactly(a);
            EtcdConfig.Tls stranger = trusting(etcd, unknown);
            EtcdConfig.Tls deceived = trusting(unknown, known);
            for (EtcdConfig each : List.of(open, open.over(stranger), open.over(deceived))) {
                try (Registry refused = EtcdRegistry.start(each)) {
                    assertThat(refused.isConnected()).isFalse();
                    assertThat(refused.instances("payments")).isEmpty();
                }
            }
        } finally {
            server.close();
        }
    }

    private static EtcdConfig config(int port) {
        return new EtcdConfig(
                "127.0.0.1:" + port,
                "process",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2));
    }

    private static EtcdConfig.Tls trusting(SelfSigned whom, SelfSigned own) {
        return new EtcdConfig.Tls(whom.certificate(), own.certificate(), own.key());
    }
}
