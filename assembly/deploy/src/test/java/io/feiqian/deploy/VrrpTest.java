package io.feiqian.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.deploy.Watch.Seen;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two machines with the keepalived configuration that this module ships, on one switch with a
 * client that asks the shared address all the time.
 */
@Timeout(180)
class VrrpTest {
    private static final String ADDRESS = "192.0.2.10";

    /** Two bad answers, a second apart, or three messages missed; the rest is a busy machine. */
    private static final long MOST_MILLIS = 6_000;

    private static final Duration LONGER_THAN_A_TAKEOVER = Duration.ofSeconds(4);
    private static final int ENOUGH = 50;

    private Networks networks;
    private Watch watch;

    @BeforeEach
    void twoMachinesOnASwitch() throws Exception {
        Optional<String> missing =
                Networks.missing(Map.of("ip", "iproute2", "keepalived", "keepalived"));
        assumeTrue(missing.isEmpty(), () -> "not tried: " + missing.orElse(""));
        networks = Networks.create();
        Files.copy(Path.of("health/gateway-ready"), networks.folder().resolve("gateway-ready"));
        networks.machine("switch");
        networks.on("switch", "link", "add", "br0", "type", "bridge");
        networks.on("switch", "link", "set", "br0", "up");
        for (String each : List.of("one", "two", "client")) {
            networks.machine(each);
            networks.cable(each, "eth0", "switch", each);
            networks.on("switch", "link", "set", each, "master", "br0");
        }
        networks.on("one", "address", "add", "192.0.2.1/24", "dev", "eth0");
        networks.on("two", "address", "add", "192.0.2.2/24", "dev", "eth0");
        networks.on("client", "address", "add", "192.0.2.100/24", "dev", "eth0");
        watch = new Watch(networks.talk("client", "caller", Networks.java(Caller.class, ADDRESS)));
        serve("one");
        serve("two");
        keepalived("one", Map.of());
        assertThat(watch.await(seen -> seen.isServedBy(ENOUGH, "one")).by())
                .as(networks.said("keepalived-one"))
                .containsExactly("one");
        keepalived(
                "two",
                Map.of(
                        "router_id gateway-1",
                        "router_id gateway-2",
                        "unicast_src_ip 192.0.2.1\n",
                        "unicast_src_ip 192.0.2.2\n",
                        "        192.0.2.2\n",
                        "        192.0.2.1\n",
                        "priority 100",
                        "priority 90"));
        awaitSaid("keepalived-two", "Entering BACKUP STATE");
        awaitSaid("keepalived-two", "VRRP_Script(gateway_ready) succeeded");
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (watch != null) {
            watch.close();
        }
        if (networks != null) {
            networks.close();
        }
    }

    @Test
    @Requirement("P6.1.2-2")
    void theAddressMovesWhenTheActiveGatewayDiesAndWhenItsLinkIsDown() throws Exception {
        watch.mark();
        networks.kill("gateway-one");
        Seen killed = watch.await(seen -> seen.isServedBy(ENOUGH, "two"));
        report("VRRP, gateway killed", killed);
        assertThat(killed.by()).as(networks.said("keepalived-two")).containsExactly("two");
        assertThat(killed.gapMillis()).isBetween(100L, MOST_MILLIS);

        // Who comes back does not take the address from who has it.
        watch.mark();
        serve("one");
        awaitSaid("keepalived-one", "VRRP_Script(gateway_ready) succeeded", 2);
        watch.pause(LONGER_THAN_A_TAKEOVER);
        Seen back = watch.seen();
        assertThat(back.by()).containsExactly("two");

        watch.mark();
        networks.on("two", "link", "set", "eth0", "down");
        Seen cut = watch.await(seen -> seen.isServedBy(ENOUGH, "one"));
        report("VRRP, link down", cut);
        assertThat(cut.by()).as(networks.said("keepalived-one")).containsExactly("one");
        assertThat(cut.gapMillis()).isBetween(100L, MOST_MILLIS);
    }

    private static void report(String what, Seen seen) {
        System.out.printf("%s: the address was gone for %d ms%n", what, seen.gapMillis());
    }

    private void serve(String machine) throws IOException {
        networks.start(machine, "gateway-" + machine, Networks.java(Responder.class, machine));
    }

    private void keepalived(String machine, Map<String, String> differs) throws IOException {
        String configuration =
                Files.readString(Path.of("keepalived/keepalived.conf"))
                        .replace("/usr/local/lib/feiqian/", networks.folder() + "/");
        for (Map.Entry<String, String> each : differs.entrySet()) {
            assertThat(configuration).contains(each.getKey());
            configuration = configuration.replace(each.getKey(), each.getValue());
        }
        Path file =
                Files.writeString(
                        networks.folder().resolve(machine + "-keepalived.conf"), configuration);
        networks.start(
                machine,
                "keepalived-" + machine,
                List.of(
                        "keepalived",
                        "--vrrp",
                        "--dont-fork",
                        "--log-console",
                        "--log-detail",
                        "--use-file=" + file,
                        "--pid=" + networks.folder().resolve(machine + ".pid"),
                        "--vrrp_pid=" + networks.folder().resolve(machine + "-vrrp.pid")));
    }

    private void awaitSaid(String process, String what) throws Exception {
        awaitSaid(process, what, 1);
    }

    private void awaitSaid(String process, String what, int times) throws Exception {
        Seen _ =
                watch.await(_ ->
                        said(process).split(what.replaceAll("[()]", "\\\\$0"), -1).length > times);
        assertThat(said(process)).contains(what);
    }

    private String said(String process) {
        try {
            return networks.said(process);
        } catch (IOException gone) {
            return "";
        }
    }
}
