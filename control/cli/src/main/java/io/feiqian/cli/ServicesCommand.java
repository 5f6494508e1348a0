package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ListServicesResponse;
import io.feiqian.bank.contract.MethodServed;
import io.feiqian.bank.contract.ServiceInstanceRecord;
import io.feiqian.bank.contract.ServiceRecord;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.cli.FleetClient.Said;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Who serves what, who watches them, and what came to them in the last minute (P6.2.2.4). */
@Command(
        name = "services",
        mixinStandardHelpOptions = true,
        description = {
            "Show every service with its instances, who watches it, and its calls of the last minute.",
            "Ends with 5 where the registry or an instance of a cell does not answer."
        })
final class ServicesCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        try (RunningSystem system = RunningSystem.of(common, "services");
                FleetClient fleet = system.fleet()) {
            ServedClient client = new ServedClient(fleet);
            Optional<ListServicesResponse> services = client.services();
            List<Said<ShowServedResponse>> served = client.served();
            if (services.isEmpty()) {
                throw new CommandFailure(
                        ExitStatus.NOT_RUNNING,
                        "no instance answers: "
                                + served.stream()
                                        .map(each -> each.address() + ": " + each.failure())
                                        .collect(Collectors.joining("; ")),
                        "See 'feiqian status' and the logs in the home folder.");
            }
            if (common.json()) {
                common.out().println(json(services.get(), served).toPrettyString());
            } else {
                print(services.get(), served, common.out());
            }
            boolean whole =
                    services.get().getRegistryAnswers()
                            && served.stream().allMatch(each -> each.said().isPresent());
            return (whole ? ExitStatus.OK : ExitStatus.NOT_RUNNING).code();
        }
    }

    private static ObjectNode json(
            ListServicesResponse services, List<Said<ShowServedResponse>> served) {
        ObjectNode root = Json.of(services);
        root.remove("outcome");
        var all = root.putArray("instances");
        for (Said<ShowServedResponse> each : served) {
            ObjectNode node =
                    all.addObject()
                            .put("cell", each.cell())
                            .put("address", each.address())
                            .put("answers", each.said().isPresent())
                            .put("failure", each.failure());
            each.said()
                    .ifPresent(said -> {
                        ObjectNode told = Json.of(said);
                        node.put("instance", said.getInstance())
                                .put("seconds", said.getSeconds())
                                .set("methods", told.path("methods"));
                    });
        }
        return root;
    }

    private static void print(
            ListServicesResponse services, List<Said<ShowServedResponse>> served, PrintStream out) {
        if (!services.getRegistryAnswers()) {
            out.println("The registry does not answer; this is what is known from before:");
        }
        for (ServiceRecord each : services.getServicesList()) {
            out.println(each.getName() + watched(each));
            for (ServiceInstanceRecord instance : each.getInstancesList()) {
                out.printf(
                        "  %-12s %-21s %-10s %s%n",
                        instance.getInstance(),
                        instance.getAddress(),
                        instance.getState(),
                        said(instance, served));
            }
        }
        if (services.getMore()) {
            out.println("There are more than are listed here.");
        }
        served.forEach(each -> print(each, out));
    }

    private static String watched(ServiceRecord service) {
        if (!service.getSubscribersKnown()) {
            return ": who watches it is not known";
        }
        return service.getSubscribersCount() == 0
                ? ": nobody watches it"
                : ": watched by " + String.join(", ", service.getSubscribersList());
    }

    private static String said(
            ServiceInstanceRecord instance, List<Said<ShowServedResponse>> served) {
        String labels =
                new TreeMap<>(instance.getLabelsMap())
                        .entrySet().stream()
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .collect(Collectors.joining(", "));
        boolean silent =
                served.stream()
                        .anyMatch(each ->
                                each.address().equals(instance.getAddress())
                                        && each.said().isEmpty());
        return silent ? (labels.isEmpty() ? "" : labels + ", ") + "does not answer" : labels;
    }

    private static void print(Said<ShowServedResponse> each, PrintStream out) {
        if (each.said().isEmpty()) {
            out.printf(
                    "%s at %s: does not answer: %s%n", each.cell(), each.address(), each.failure());
            return;
        }
        ShowServedResponse said = each.said().get();
        out.printf("%s, calls of the last %d seconds:%n", said.getInstance(), said.getSeconds());
        for (MethodServed method : said.getMethodsList()) {
            out.printf("  %s%n", line(method, said.getSeconds()));
        }
        if (said.getMethodsCount() == 0) {
            out.println("  none");
        }
    }

    /** Such as {@code feiqian.bank.Bank/GetAccount: 12.5/s, 0 failed, …}. */
    static String line(MethodServed method, int seconds) {
        long served = method.getCalls() - method.getGoverned();
        return String.format(
                Locale.ROOT,
                "%s/%s: %.1f/s, %d failed, %d by policies, %.1f ms, longest %.1f ms",
                method.getService(),
                method.getMethod(),
                (double) method.getCalls() / seconds,
                method.getFailed(),
                method.getGoverned(),
                served <= 0 ? 0.0 : method.getTotalMicros() / 1_000.0 / served,
                method.getLongestMicros() / 1_000.0);
    }
}
