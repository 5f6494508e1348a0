package io.feiqian.console;

import io.feiqian.bank.contract.ListServicesResponse;
import io.feiqian.bank.contract.MethodServed;
import io.feiqian.bank.contract.ServiceRecord;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.cli.FleetClient.Said;
import io.feiqian.cli.ServedClient;
import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who serves what, who watches them, and what came to the instances of cells in the last minute.
 * However many look, the registry is asked once in five seconds and the instances once in two.
 */
final class ServicesPage implements Page {
    private static final String PATH = "/services";
    private static final Duration FRESH = Duration.ofMillis(1_900);
    private static final Duration REGISTRY_FRESH = Duration.ofSeconds(5);

    private final KeptByCells<Optional<ListServicesResponse>> services;
    private final KeptByCells<List<Said<ShowServedResponse>>> served;

    ServicesPage(Clock clock) {
        this.services =
                new KeptByCells<>(
                        clock, REGISTRY_FRESH, cells -> cells.askServed(ServedClient::services));
        this.served =
                new KeptByCells<>(clock, FRESH, cells -> cells.askServed(ServedClient::served));
    }

    /**
     * What the page shows.
     *
     * @param known whether anybody said who is registered
     * @param registryAnswers whether the registry says so now; otherwise it is known from before
     * @param more whether there are more than are listed
     * @param services who is registered
     * @param instances what came to the instances of cells
     */
    public record Model(
            boolean known,
            boolean registryAnswers,
            boolean more,
            List<ServiceRecord> services,
            List<Instance> instances) {
        /** Copies the lists. */
        public Model {
            services = List.copyOf(services);
            instances = List.copyOf(instances);
        }
    }

    /**
     * What came to one instance.
     *
     * @param cell its cell
     * @param name its name; its address where it does not answer
     * @param answers whether it answers
     * @param seconds over how many seconds calls are counted
     * @param calls how many came
     * @param failed how many of them failed for other than reasons of the business
     * @param governed how many of them a policy refused or had answered otherwise
     * @param methods by method
     */
    public record Instance(
            String cell,
            String name,
            boolean answers,
            int seconds,
            long calls,
            long failed,
            long governed,
            List<Method> methods) {
        /** Copies the list. */
        public Instance {
            methods = List.copyOf(methods);
        }
    }

    /**
     * What came for one method.
     *
     * @param service the full name of the service
     * @param method its bare name
     * @param perSecond calls a second
     * @param failed as of the instance
     * @param governed as of the instance
     * @param meanMicros how long those took that were served, on the average
     * @param longestMicros how long the longest of them took
     */
    public record Method(
            String service,
            String method,
            double perSecond,
            long failed,
            long governed,
            long meanMicros,
            long longestMicros) {}

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "services.title";
    }

    @Override
    public Permission needs() {
        return Permission.SERVICES_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.SERVICES_SEE, visit -> visit.show("services", model(visit)));
        frame.getPart(
                PATH + "/live",
                Permission.SERVICES_SEE,
                visit -> visit.showPart("serviceslive", model(visit)));
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                        PATH,
                        Permission.SERVICES_SEE,
                        "Services with instances and subscribers, and the calls of the last minute.",
                        Model.class,
                        this::model));
    }

    private Model model(Asked asked) {
        Optional<ListServicesResponse> registered = services.get(asked.cells());
        boolean whole = asked.cells().bounds().isEmpty();
        return new Model(
                registered.isPresent(),
                registered.map(ListServicesResponse::getRegistryAnswers).orElse(false),
                registered.map(ListServicesResponse::getMore).orElse(false),
                registered.stream()
                        .flatMap(each -> each.getServicesList().stream())
                        // A service of which nothing is a tenant's is not the tenant's.
                        .filter(each -> whole || each.getInstancesCount() > 0)
                        .toList(),
                served.get(asked.cells()).stream().map(ServicesPage::instance).toList());
    }

    private static Instance instance(Said<ShowServedResponse> each) {
        Optional<ShowServedResponse> said = each.said();
        List<MethodServed> methods = said.map(ShowServedResponse::getMethodsList).orElse(List.of());
        int seconds = said.map(ShowServedResponse::getSeconds).orElse(0);
        return new Instance(
                each.cell(),
                said.map(ShowServedResponse::getInstance).orElse(each.address()),
                said.isPresent(),
                seconds,
                methods.stream().mapToLong(MethodServed::getCalls).sum(),
                methods.stream().mapToLong(MethodServed::getFailed).sum(),
                methods.stream().mapToLong(MethodServed::getGoverned).sum(),
                methods.stream().map(it -> method(it, seconds)).toList());
    }

    private static Method method(MethodServed served, int seconds) {
        long answered = served.getCalls() - served.getGoverned();
        return new Method(
                served.getService(),
                served.getMethod(),
                seconds == 0 ? 0 : (double) served.getCalls() / seconds,
                served.getFailed(),
                served.getGoverned(),
                answered <= 0 ? 0 : served.getTotalMicros() / answered,
                served.getLongestMicros());
    }
}
