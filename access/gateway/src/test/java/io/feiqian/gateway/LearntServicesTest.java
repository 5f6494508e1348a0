package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contracts that a gateway learns while it runs, from real cells and from files. */
@Requirement({"P6.2.2.2-c", "S.gw-3"})
class LearntServicesTest {
    private static final String SHOP = "feiqian.gateway.shop.Shop";
    private static final String ITEMS = "/v1/accounts/0001100000000012/items";

    @TempDir private Path folder;
    private ApiFixture bank;

    @BeforeEach
    void start() {
        bank = new ApiFixture(folder);
    }

    @AfterEach
    void stop() {
        bank.close();
    }

    @Test
    void whatInstancesServeIsServedWithoutAnyFile() throws Exception {
        LearntServices services = bank.learnt();
        ServiceApi api = bank.api(services);
        assertThat(get(api, ITEMS).status()).isEqualTo(404);

        services.look();

        assertThat(get(api, ITEMS).body()).contains("\"said\":\"one\"");
        assertThat(services.report().services())
                .containsExactly(Map.entry(SHOP, "instances one, two"));
        assertThat(services.report().since().get(SHOP))
                .isEqualTo(services.report().lookedAt().orElseThrow());
        assertThat(services.report().version()).isEqualTo(1);
        services.look();
        assertThat(services.report().version()).as("nothing is new").isEqualTo(1);
    }

    @Test
    void aProvidersNewVersionIsServedWithoutARestartOnceAllInstancesAreIt() throws Exception {
        LearntServices services = bank.learnt();
        ServiceApi api = bank.api(services);
        services.look();
        try (DynamicShop one = shop("new-one", "/v1/accounts/{account}/also");
                DynamicShop two = shop("new-two", "/v1/accounts/{account}/also")) {
            // Most are new already; that is not enough.
            bank.instances.put(ApiFixture.ONE, List.of(one.endpoint(), two.endpoint()));
            services.look();
            assertThat(get(api, "/v1/accounts/0001100000000012/also").status())
                    .as("the other cell does not know it")
                    .isEqualTo(404);
            assertThat(services.report().refused().get(SHOP)).contains("2 versions");
            assertThat(get(api, ITEMS).status()).isEqualTo(200);

            bank.instances.put(ApiFixture.TWO, List.of(two.endpoint()));
            services.look();
            assertThat(get(api, "/v1/accounts/9000100000000012/also").body()).contains("new-");
            assertThat(services.report().refused()).isEmpty();
        }
    }

    @Test
    void aContractThatDoesNotFitIsRefusedAndEverythingElseStays() throws Exception {
        LearntServices services = bank.learnt();
        ServiceApi api = bank.api(services);
        services.look();
        try (DynamicShop rival = new DynamicShop("rival", bank.token, DynamicShop.named("Rival"))) {
            bank.instances.put(ApiFixture.TWO, List.of(rival.endpoint()));
            services.look();
            services.look();
        }

        assertThat(get(api, ITEMS).body()).contains("\"said\":\"one\"");
        assertThat(services.report().version()).isEqualTo(1);
        assertThat(services.report().services()).containsOnlyKeys(SHOP);
        assertThat(services.report().refused().get("feiqian.gateway.rival.Rival"))
                .contains("both at");
        assertThat(bank.telemetry.metrics().counter("feiqian.gateway.contracts.refused").count())
                .isEqualTo(1);
    }

    @Test
    void whereNobodyAnswersWhatWasKnownStays() throws Exception {
        LearntServices services = bank.learnt();
        services.look();
        bank.one.close();
        bank.two.close();
        services.look();

        assertThat(services.report().services()).containsOnlyKeys(SHOP);
        assertThat(services.report().refused())
                .as("who did not answer is said")
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("one", "no answer: UNAVAILABLE", "two", "no answer: UNAVAILABLE"));
        bank.instances.clear();
        services.look();
        assertThat(services.report().services()).containsOnlyKeys(SHOP);
    }

    @Test
    void filesAreReadAgainAndABrokenOneChangesNothing() throws Exception {
        Path file = folder.resolve("shop.desc");
        Files.write(file, GatewayFixture.descriptors());
        LearntServices services = bank.learnt(file);
        ServiceApi api = bank.api(services);
        services.look();
        assertThat(services.report().services()).containsExactly(Map.entry(SHOP, "file"));

        Files.write(file, new byte[] {1, 2, 3});
        services.look();
        assertThat(get(api, ITEMS).status()).isEqualTo(200);
        assertThat(services.report().refused()).containsOnlyKeys("files");

        Files.write(file, set("/v1/accounts/{account}/more"));
        services.look();
        assertThat(services.report().refused()).isEmpty();
        assertThat(services.report().methods()).isEqualTo(4);
        // The cell has no such method, and says so itself.
        assertThat(get(api, "/v1/accounts/0001100000000012/more").status()).isEqualTo(500);
    }

    @Test
    void aSetThatImportsItselfIsRefused() throws Exception {
        FileDescriptorSet whole = FileDescriptorSet.parseFrom(GatewayFixture.descriptors());
        var circle = whole.toBuilder();
        int last = whole.getFileCount() - 1;
        circle.getFileBuilder(last).addDependency(whole.getFile(last).getName());
        Path file = folder.resolve("circle.desc");
        Files.write(file, circle.build().toByteArray());
        LearntServices services = bank.learnt(file);
        services.look();
        assertThat(services.report().refused().get("files")).contains("imports itself");
    }

    private static HttpAnswer get(ServiceApi api, String path) {
        return ApiFixture.ask(api, ApiFixture.route(false, Map.of()), ApiFixture.get(path), "");
    }

    private DynamicShop shop(String name, String path) {
        return new DynamicShop(name, bank.token, DynamicShop.alsoAt(path));
    }

    private static byte[] set(String path) throws Exception {
        FileDescriptorSet whole = FileDescriptorSet.parseFrom(GatewayFixture.descriptors());
        return whole.toBuilder()
                .setFile(
                        whole.getFileCount() - 1,
                        DynamicShop.changed(DynamicShop.alsoAt(path)).getFile().toProto())
                .build()
                .toByteArray();
    }
}
