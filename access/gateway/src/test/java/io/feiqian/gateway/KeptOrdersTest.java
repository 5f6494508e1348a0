package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was ordered still holds after a restart. */
class KeptOrdersTest {
    @TempDir private Path folder;

    @Test
    void ordersHoldOverARestartUntilTheyAreTakenBack() {
        BackendOrders before = started();
        before.weight("web", "web-1", OptionalInt.of(7));
        before.drain("web", "web-2", true);
        before.block("api", "api-1", true);
        before.blockClient(Network.parse("192.0.2.0/24"));
        before.drain("web", "web-3", true);
        before.drain("web", "web-3", false);

        BackendOrders after = started();

        assertThat(after.all()).isEqualTo(before.all()).hasSize(3);
        assertThat(after.of("web", "web-1").weight()).hasValue(7);
        assertThat(after.blockedClients()).containsExactly(Network.parse("192.0.2.0/24"));
    }

    @Test
    void whatNobodyCanReadIsSetAsideAndDoesNotKeepTheGatewayFromStarting() throws IOException {
        Files.writeString(folder.resolve("orders.json"), "{\"backends\": [");

        assertThat(started().all()).isEmpty();

        assertThat(folder.resolve("orders.json.unreadable")).exists();
    }

    private BackendOrders started() {
        BackendOrders orders = new BackendOrders();
        KeptOrders.keep(folder.resolve("orders.json"), orders);
        return orders;
    }
}
