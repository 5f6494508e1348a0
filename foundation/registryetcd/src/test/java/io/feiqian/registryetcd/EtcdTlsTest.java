package io.feiqian.registryetcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.registry.Eventually;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
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
    private static final String PASSWORD = "only for this test";

    @TempDir private Path folder;

    @BeforeAll
    static void needsEtcd() {
        assumeTrue(EtcdServer.isThere(), EtcdServer.MISSING);
    }

    @Requirement({"P6.2.2.3-b", "P6.2.2.4-c"})
    @Test
    void whoShowsACertificateIsServedAndNobodyElse() throws Exception {
        EtcdConfig.Tls etcd = certificate("etcd");
        EtcdConfig.Tls known = certificate("known");
        EtcdConfig.Tls unknown = certificate("unknown");
        int port = EtcdServer.freePorts(1)[0];
        EtcdConfig open = config(port);
        EtcdServer server =
                EtcdServer.overTls(
                        folder.resolve("data").resolve("etcd"), port, etcd, known.certificate());
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

    private static EtcdConfig.Tls trusting(EtcdConfig.Tls whom, EtcdConfig.Tls own) {
        return new EtcdConfig.Tls(whom.certificate(), own.certificate(), own.key());
    }

    /** One that is signed by itself, and so its own authority. */
    private EtcdConfig.Tls certificate(String name) throws Exception {
        Path place = Files.createDirectories(folder.resolve(name));
        Path store = place.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=ip:127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .redirectOutput(place.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(store)) {
            keys.load(content, PASSWORD.toCharArray());
        }
        return new EtcdConfig.Tls(
                place.resolve("own.crt"),
                pem(
                        place.resolve("own.crt"),
                        "CERTIFICATE",
                        keys.getCertificate(name).getEncoded()),
                pem(
                        place.resolve("own.key"),
                        "PRIVATE KEY",
                        keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
    }

    private static Path pem(Path file, String what, byte[] content) throws IOException {
        return Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(content), what));
    }
}
