package io.feiqian.server;

import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.configuration.DocumentType;
import io.feiqian.proxy.GatewayJvm;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.BusinessDate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes what each process of a system on one machine is told, and says how to start it. */
final class SystemLayout {
    private static final int RETENTION_DAYS = 400;

    /** The cell that keeps the history of configuration. */
    private static final int CONFIGURATION_HOME = 1;

    private static final String OBSERVATORY = "observatory";
    private static final int OBSERVATORY_MEGABYTES = 1_024;
    private static final int ALARM_SECONDS = 5;
    private static final int OBSERVATORY_HOURS = 168;
    private static final List<String> SMALL =
            List.of("-Xms24m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final List<String> CONSOLE =
            List.of(
                    "-Xms32m",
                    "-Xmx192m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError");
    private static final List<String> CELL =
            List.of(
                    "-Xms96m",
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError");

    private final HomeFolder home;
    private final SystemPlan plan;
    private final BusinessDate firstDay;
    private final String supervisor;

    private SystemLayout(
            HomeFolder home, SystemPlan plan, BusinessDate firstDay, String supervisor) {
        this.home = home;
        this.plan = plan;
        this.firstDay = firstDay;
        this.supervisor = supervisor;
    }

    /** The bank's first route map, from which its number of cells is known ever after. */
    static Path firstRouteMap(HomeFolder home) {
        return home.root().resolve("route-map.json");
    }

    /**
     * Writes the files of this system; what processes keep for themselves is left as it is.
     *
     * @param firstDay the business date of a new bank
     * @param supervisor where the supervisor takes operators' orders; empty where there is none
     */
    static SystemUnits prepare(
            HomeFolder home, SystemPlan plan, BusinessDate firstDay, String supervisor) {
        try {
            return new SystemLayout(home, plan, firstDay, supervisor).prepare();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private SystemUnits prepare() throws IOException {
        if (!Files.exists(firstRouteMap(home))) {
            home.writeAtomically(
                    firstRouteMap(home), RouteMap.evenly(plan.cells()).toJson() + "\n");
        }
        List<SystemUnits.CellUnits> cells = new ArrayList<>();
        for (int cell = 1; cell <= plan.cells(); cell++) {
            cells.add(cell(cell));
        }
        return new SystemUnits(
                registry(),
                cells,
                gateway(),
                console(),
                plan.spans().own() ? Optional.of(observatory()) : Optional.empty());
    }

    private Unit registry() throws IOException {
        RegistryConfig config =
                new RegistryConfig(
                        SystemPlan.HOST,
                        plan.ports().registry(),
                        home.registry().resolve("data").toString());
        Path file = home.registry().resolve("registry.json");
        return unit("registry", Role.REGISTRY, "", plan.registryAddress(), SMALL, file, config);
    }

    private Unit gateway() throws IOException {
        GatewayRoleConfig config =
                new GatewayRoleConfig(
                        "gateway",
                        SystemPlan.HOST,
                        plan.ports().gateway(),
                        plan.registryAddress(),
                        home.gateway().resolve("registry-snapshot").toString(),
                        firstRouteMap(home).toString(),
                        home.secretsFolder().toString(),
                        plan.spans().address(),
                        plan.spans().perSecond(),
                        instances(),
                        home.gateway().toString(),
                        "",
                        "",
                        0,
                        Transport.Kind.EPOLL,
                        "",
                        GatewayRoleConfig.Bank.OF_DEV,
                        ProxyConfig.NONE);
        Path file = home.gateway().resolve("gateway.json");
        return unit(
                "gateway", Role.GATEWAY, "", plan.gatewayUrl(), GatewayJvm.options(), file, config);
    }

    private SystemUnits.ObservatoryUnits observatory() throws IOException {
        DatabaseUnit database = observatoryDatabase();
        ObservatoryRoleConfig config =
                new ObservatoryRoleConfig(
                        SystemPlan.HOST,
                        plan.ports().observatory(),
                        database.url(),
                        DatabaseUnit.USER,
                        database.passwordFile().toString(),
                        OBSERVATORY_MEGABYTES,
                        OBSERVATORY_HOURS,
                        home.secretsFolder().toString(),
                        plan.consoleUrl(),
                        ALARM_SECONDS);
        Path file = home.observatory().resolve("observatory.json");
        return new SystemUnits.ObservatoryUnits(
                database,
                unit(
                        OBSERVATORY,
                        Role.OBSERVATORY,
                        "",
                        plan.observatoryAddress(),
                        CONSOLE,
                        file,
                        config));
    }

    private DatabaseUnit observatoryDatabase() throws IOException {
        return new DatabaseUnit(
                "",
                OBSERVATORY + "-database",
                Files.createDirectories(home.observatory()),
                plan.ports().observatoryDatabase(),
                home.log(OBSERVATORY + "-database"));
    }

    private Unit console() throws IOException {
        DatabaseUnit database = observatoryDatabase();
        ConsoleRoleConfig config =
                new ConsoleRoleConfig(
                        SystemPlan.HOST,
                        plan.ports().console(),
                        home.secretsFolder().toString(),
                        home.console().resolve("audit.jsonl").toString(),
                        plan.spans().own() ? database.url() : "",
                        DatabaseUnit.USER,
                        database.passwordFile().toString(),
                        supervisor,
                        plan.consoleCertificate(),
                        plan.consoleKey(),
                        oidcFile(),
                        GatewayRoleConfig.deskAddress(home.gateway()).toString(),
                        instances());
        Path file = home.console().resolve("console.json");
        return unit("console", Role.CONSOLE, "", plan.consoleUrl(), CONSOLE, file, config);
    }

    /** Written by people, and left as it is. */
    private String oidcFile() {
        Path file = home.console().resolve("oidc.json");
        return Files.exists(file) ? file.toString() : "";
    }

    private SystemUnits.CellUnits cell(int number) throws IOException {
        String name = SystemPlan.cellName(number);
        Path folder = Files.createDirectories(home.cell(name));
        DatabaseUnit database =
                new DatabaseUnit(
                        name,
                        name + "-database",
                        folder,
                        plan.ports().database(number),
                        home.log(name + "-database"));
        List<Unit> instances = new ArrayList<>();
        for (int instance = 1; instance <= plan.instances(); instance++) {
            String own = SystemPlan.instanceName(number, instance);
            CellConfig config =
                    new CellConfig(
                            number,
                            own,
                            SystemPlan.HOST,
                            plan.ports().cell(number, instance, plan.instances()),
                            plan.registryAddress(),
                            database.url(),
                            DatabaseUnit.USER,
                            database.passwordFile().toString(),
                            true,
                            folder.resolve(own + "-registry-snapshot").toString(),
                            firstRouteMap(home).toString(),
                            home.secretsFolder().toString(),
                            firstDay.toString(),
                            RETENTION_DAYS,
                            plan.spans().address(),
                            plan.spans().perSecond(),
                            number == CONFIGURATION_HOME,
                            plan.labels().getOrDefault(own, Map.of()),
                            instances());
            instances.add(
                    unit(
                            own,
                            Role.CELL,
                            name,
                            plan.instanceAddress(number, instance),
                            CELL,
                            folder.resolve(own + ".json"),
                            config));
        }
        return new SystemUnits.CellUnits(database, instances);
    }

    private List<KnownInstance> instances() {
        List<KnownInstance> all = new ArrayList<>();
        for (int cell = 1; cell <= plan.cells(); cell++) {
            for (int instance = 1; instance <= plan.instances(); instance++) {
                all.add(
                        new KnownInstance(
                                cell,
                                SystemPlan.instanceName(cell, instance),
                                SystemPlan.HOST,
                                plan.ports().cell(cell, instance, plan.instances())));
            }
        }
        return all;
    }

    private Unit unit(
            String name,
            Role role,
            String cell,
            String address,
            List<String> flags,
            Path file,
            Record config)
            throws IOException {
        // As documents are written, so that what is optional is left out.
        home.writeAtomically(file, DocumentType.written(config) + "\n");
        return new RoleUnit(
                name,
                role,
                cell,
                address,
                flags,
                List.of(
                        role.name().toLowerCase(java.util.Locale.ROOT),
                        "--config",
                        file.toString(),
                        "--supervised"),
                home.log(name));
    }
}
