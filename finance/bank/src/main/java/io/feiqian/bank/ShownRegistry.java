package io.feiqian.bank;

import io.feiqian.bank.InstanceControl.RegistrySays;
import io.feiqian.bank.contract.RegisteredInstance;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.RouteMapVersionRecord;
import io.feiqian.bank.contract.RouteRecord;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteHistory;

/** What an operator is shown of the registry, as the contract's messages. Pure. */
final class ShownRegistry {
    private static final int MOST_CHANGES = 100;

    private ShownRegistry() {}

    static RegistryView of(RegistrySays said) {
        RegistryView.Builder view = RegistryView.newBuilder().setAnswers(said.answers());
        said.map()
                .ifPresent(map -> {
                    view.setRouteMapVersion(map.version());
                    map.routes().forEach(each -> view.addRoutes(route(each)));
                });
        said.history().versions().forEach(each -> view.addVersions(version(each)));
        said.instances()
                .forEach(each ->
                        view.addInstances(instance(each, said.draining().contains(each.id()))));
        return view.build();
    }

    private static RouteRecord route(Route route) {
        return RouteRecord.newBuilder()
                .setFirst(route.slots().first().number())
                .setLast(route.slots().last().number())
                .setOwner(route.owner().toString())
                .setState(route.state().name())
                .setEpoch(route.epoch().number())
                .build();
    }

    private static RouteMapVersionRecord version(RouteHistory.Published version) {
        return RouteMapVersionRecord.newBuilder()
                .setVersion(version.version())
                .setPublishedMillis(version.order().atMillis())
                .setBy(version.order().by())
                .setWhy(version.order().why())
                .addAllChanges(
                        version.changes()
                                .subList(0, Math.min(MOST_CHANGES, version.changes().size())))
                .setMore(version.changes().size() > MOST_CHANGES)
                .build();
    }

    private static RegisteredInstance instance(ServiceInstance instance, boolean draining) {
        return RegisteredInstance.newBuilder()
                .setCell(instance.cell().map(Object::toString).orElse(""))
                .setInstance(instance.id())
                .setRole(instance.role())
                .setAddress(instance.address())
                .setDraining(draining)
                .build();
    }
}
