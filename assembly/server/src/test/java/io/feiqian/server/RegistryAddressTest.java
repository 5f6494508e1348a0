package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.feiqian.registry.spi.Registry;
import io.feiqian.server.RegistryAddress.Kind;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RegistryAddressTest {
    @Test
    void theSchemeSaysWhichRegistryItIs() {
        assertThat(RegistryAddress.parse("a:1,b:2"))
                .isEqualTo(new RegistryAddress(Kind.ZOOKEEPER, "a:1,b:2", Optional.empty()));
        assertThat(RegistryAddress.parse("zookeeper://a:1"))
                .isEqualTo(new RegistryAddress(Kind.ZOOKEEPER, "a:1", Optional.empty()));
        assertThat(RegistryAddress.parse("etcd://a:1,b:2/retail"))
                .isEqualTo(new RegistryAddress(Kind.ETCD, "a:1,b:2", Optional.of("retail")));
        assertThat(RegistryAddress.parse("nacos://a:8848"))
                .isEqualTo(new RegistryAddress(Kind.NACOS, "a:8848", Optional.empty()));
    }

    @Test
    void whatIsNoRegistryIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegistryAddress.parse("consul://a:1"))
                .withMessageContaining("consul://a:1");
        assertThatIllegalArgumentException().isThrownBy(() -> RegistryAddress.parse(""));
    }

    @Timeout(60)
    @Test
    void whicheverItIsAProcessStartsWithoutIt(@TempDir Path folder) throws Exception {
        for (Kind kind : Kind.values()) {
            RegistryAddress nobody = new RegistryAddress(kind, "127.0.0.1:1", Optional.empty());
            try (Registry registry = nobody.open("p", folder.resolve(kind + ".json"))) {
                assertThat(registry.isConnected()).isFalse();
                assertThat(registry.instances("cell")).isEmpty();
            }
        }
    }
}
