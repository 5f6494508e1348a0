package io.feiqian.registrynacos;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.nacos.api.naming.pojo.Instance;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.vocabulary.CellId;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** How an instance stands in Nacos; needs no server. */
class NacosPlacesTest {
    @Test
    void anInstanceIsReadAsItWasWritten() {
        RegistryEntry entry =
                new RegistryEntry(
                        new ServiceInstance(
                                "cell",
                                Optional.of(new CellId(2)),
                                "cell-2-a",
                                "::1",
                                7102,
                                Map.of("site", "north")),
                        "life");
        Instance form = NacosPlaces.form(entry);
        assertThat(form.getIp()).isEqualTo("::1");
        assertThat(form.getPort()).isEqualTo(7102);
        assertThat(form.isEphemeral()).isTrue();
        assertThat(NacosPlaces.parse("cell", form)).contains(entry);
        assertThat(NacosPlaces.parse("gateway", form)).isEmpty();
    }

    @Test
    void whatOthersRegisteredIsPassedOver() {
        Instance other = new Instance();
        other.setIp("10.0.0.1");
        other.setPort(8080);
        other.setMetadata(Map.of("version", "1"));
        assertThat(NacosPlaces.parse("cell", other)).isEmpty();
    }

    @Test
    void labelsThatNacosWouldNotTakeAreRefusedAtOnce() {
        ServiceInstance instance =
                new ServiceInstance(
                        "cell",
                        Optional.empty(),
                        "a",
                        "10.0.0.1",
                        7102,
                        Map.of("note", "x".repeat(NacosPlaces.MOST_METADATA)));
        Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> NacosPlaces.form(new RegistryEntry(instance, "life")))
                .withMessageContaining("labels of a");
    }
}
