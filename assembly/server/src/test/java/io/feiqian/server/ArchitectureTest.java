package io.feiqian.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds the house in the shape that the design draws. Looks at the compiled classes of every
 * module, which Maven built before this one, the last.
 */
final class ArchitectureTest {
    /**
     * The rooms, lowest first: a room may know what comes before it and nothing else. {@code
     * folder/module}, the module being the package {@code io.feiqian.<module>}, up to its first
     * dash.
     */
    private static final List<String> ROOMS =
            List.of(
                    "foundation/vocabulary",
                    "foundation/runtime",
                    "foundation/telemetry",
                    "foundation/security",
                    "foundation/registry",
                    "foundation/registryetcd",
                    "foundation/registrynacos",
                    "foundation/registryspringcloud",
                    "foundation/registrydubbo",
                    "foundation/configuration",
                    "foundation/routing",
                    "data/storage",
                    "proof/mariadb",
                    "service/governance",
                    "service/balancing",
                    "service/rpc",
                    "service/messaging",
                    "service/participant",
                    "service/participantgrpc",
                    "service/participantdubbo",
                    "service/rpcdubbo",
                    "service/sqlmode",
                    "service/orchestration",
                    "service/transaction",
                    "finance/ledger",
                    "finance/bank",
                    "access/proxy",
                    "access/layer4",
                    "access/layer7",
                    "access/gateway",
                    "access/iso20022",
                    "control/cli",
                    "control/observatory",
                    "control/alarms",
                    "control/console",
                    "proof/conformance",
                    "proof/simulation",
                    "proof/model",
                    "proof/demonstration",
                    "proof/realdata",
                    "proof/springgateway",
                    "proof/benchmarks",
                    "proof/chaos",
                    "assembly/spring-boot-starter",
                    "assembly/examples",
                    "assembly/deploy",
                    "assembly/server");

    private static final Set<String> BEHIND_CONTRACTS =
            Set.of("storage", "messaging", "transaction", "ledger", "bank", "gateway");

    /**
     * What a room may not know although it comes before: those that speak to a running system by
     * its contracts must not be able to reach around them.
     */
    private static final Map<String, Set<String>> ONLY_BY_CONTRACT =
            Map.of(
                    "gateway",
                    Set.of("storage", "messaging", "transaction", "ledger", "bank"),
                    "iso20022",
                    Set.of("storage", "messaging", "transaction", "ledger", "bank"),
                    "cli",
                    BEHIND_CONTRACTS,
                    "console",
                    BEHIND_CONTRACTS,
                    "realdata",
                    BEHIND_CONTRACTS,
                    // It starts the databases of services of its own, so it may know storage.
                    "chaos",
                    Set.of("messaging", "transaction", "ledger", "bank", "gateway"),
                    "ledger",
                    Set.of("rpc", "messaging"),
                    "storage",
                    Set.of("registry"));

    /**
     * Engines and the rooms whose adapters may use them. The benchmarks measure the engine itself
     * as the baseline.
     */
    private static final Map<String, Set<String>> ENGINES =
            Map.ofEntries(
                    Map.entry("org.apache.zookeeper", Set.of("registry")),
                    Map.entry("org.apache.curator", Set.of("registry")),
                    Map.entry("io.etcd", Set.of("registryetcd")),
                    Map.entry("com.alibaba.nacos", Set.of("registrynacos")),
                    Map.entry(
                            "org.postgresql",
                            Set.of("storage", "observatory", "alarms", "benchmarks")),
                    Map.entry("org.mariadb", Set.of("mariadb")),
                    Map.entry(
                            "com.zaxxer.hikari",
                            Set.of(
                                    "storage",
                                    "observatory",
                                    "alarms",
                                    "benchmarks",
                                    "demonstration",
                                    "chaos")),
                    Map.entry("org.flywaydb", Set.of("storage")),
                    Map.entry("net.sf.jsqlparser", Set.of("sqlmode")),
                    Map.entry(
                            "org.apache.dubbo",
                            Set.of(
                                    "registrydubbo",
                                    "participantdubbo",
                                    "rpcdubbo",
                                    "spring",
                                    "examples",
                                    "benchmarks")),
                    Map.entry(
                            "org.springframework",
                            Set.of("registryspringcloud", "springgateway", "spring", "examples")),
                    Map.entry("io.netty", Set.of("rpc", "proxy", "layer4", "layer7", "gateway")),
                    Map.entry("jakarta.mail", Set.of("alarms")),
                    Map.entry("com.nimbusds", Set.of("console", "gateway")),
                    Map.entry("org.eclipse.angus", Set.of("alarms")),
                    Map.entry("io.helidon", Set.of("observatory", "console")));

    /** Of the console: who holds the lines to cells, or makes out of them what a user may ask. */
    private static final Set<String> KNOW_THE_LINES =
            Set.of("CellLines", "Cells", "Cell", "Border", "Console", "Frame", "Api");

    private static final Set<String> LINES =
            Set.of("io.feiqian.console.CellLines", "io.feiqian.cli.CellAdminClient");

    /** Of the console: who serves addresses, most of them for pages and behind a permission. */
    private static final Set<String> SERVE_ADDRESSES =
            Set.of("Console", "Frame", "Api", "SignIn", "OidcSignIn", "Assets");

    /** Methods by which time and chance would come in past the ports of {@code runtime}. */
    private static final Set<String> FORBIDDEN_CALLS =
            Set.of(
                    "java.time.Instant.now",
                    "java.time.LocalDate.now",
                    "java.time.LocalDateTime.now",
                    "java.time.LocalTime.now",
                    "java.time.ZonedDateTime.now",
                    "java.time.OffsetDateTime.now",
                    "java.lang.System.currentTimeMillis",
                    "java.lang.System.nanoTime",
                    "java.lang.Thread.sleep",
                    "java.lang.Math.random",
                    "java.util.UUID.randomUUID",
                    "java.util.concurrent.TimeUnit.sleep");

    private static final Set<String> FORBIDDEN_TYPES =
            Set.of(
                    "java.lang.ThreadLocal",
                    "java.lang.InheritableThreadLocal",
                    "java.util.concurrent.ThreadLocalRandom",
                    "java.security.SecureRandom");

    private static final Map<String, JavaClasses> MAIN = new LinkedHashMap<>();
    private static final Map<String, JavaClasses> TESTS = new LinkedHashMap<>();

    @BeforeAll
    static void readEveryModule() throws IOException {
        Path checkout = Path.of("").toAbsolutePath().resolve("../..").normalize();
        for (String room : ROOMS) {
            // A contract is an artifact of its own and belongs to its room.
            MAIN.put(
                    module(room),
                    read(
                            checkout.resolve(room + "/target/classes"),
                            checkout.resolve(room + "-contract/target/classes")));
            TESTS.put(module(room), read(checkout.resolve(room + "/target/test-classes")));
        }
        assertThat(MAIN.get("vocabulary")).as("compiled classes").isNotEmpty();
    }

    /** The other tests of this process need the memory. */
    @AfterAll
    static void forgetEveryModule() {
        MAIN.clear();
        TESTS.clear();
    }

    @Test
    void theOrderOfTheRoomsIsThatOfTheBuild() throws IOException {
        List<String> modules =
                Files.readString(Path.of("../../pom.xml"))
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("<module>"))
                        .map(line -> line.replaceAll("</?module>", ""))
                        .filter(module -> !module.endsWith("-contract"))
                        .toList();
        assertThat(modules).isEqualTo(ROOMS);
    }

    @Test
    void aRoomKnowsOnlyRoomsBelowIt() {
        for (int i = 0; i < ROOMS.size() - 1; i++) {
            String[] above =
                    ROOMS.subList(i + 1, ROOMS.size()).stream()
                            .map(room -> "io.feiqian." + module(room) + "..")
                            .toArray(String[]::new);
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .because("arrows point downwards")
                    .allowEmptyShould(true)
                    .check(mainOf(module(ROOMS.get(i))));
        }
    }

    @Test
    void whoSpeaksByContractDoesNotReachAroundIt() {
        ONLY_BY_CONTRACT.forEach((module, hidden) ->
                noClasses()
                        .should()
                        .dependOnClassesThat(inModules(hidden))
                        .allowEmptyShould(true)
                        .check(mainOf(module)));
    }

    @Test
    void everyClassLivesInThePackageOfItsRoom() {
        MAIN.forEach((module, all) ->
                classes()
                        .that()
                        .resideInAPackage("io.feiqian..")
                        .should()
                        .resideInAnyPackage("io.feiqian." + module + "..")
                        .allowEmptyShould(true)
                        .check(all));
    }

    @Test
    void enginesAreUsedInTheirAdaptersOnly() {
        ENGINES.forEach((engine, adapters) ->
                MAIN.keySet().stream()
                        .filter(module -> !adapters.contains(module))
                        .forEach(module ->
                                noClasses()
                                        .should()
                                        .dependOnClassesThat()
                                        .resideInAPackage(engine + "..")
                                        .allowEmptyShould(true)
                                        .check(mainOf(module))));
    }

    /** What a page can ask is bounded by the user's tenant: it has no line of its own. */
    @Test
    void pagesAskCellsOnlyForTheirUser() {
        noClasses()
                .that(inConsoleBut(KNOW_THE_LINES))
                .should()
                .dependOnClassesThat(
                        DescribedPredicate.describe(
                                "are lines to cells", each -> LINES.contains(each.getFullName())))
                .check(mainOf("console"));
    }

    /** What serves an address by itself asks nobody for a permission. */
    @Test
    void addressesAreServedBehindTheirPermission() {
        noClasses()
                .that(inConsoleBut(SERVE_ADDRESSES))
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.helidon\\.webserver\\.http\\.HttpRouting.*")
                .check(mainOf("console"));
    }

    private static DescribedPredicate<JavaClass> inConsoleBut(Set<String> some) {
        return DescribedPredicate.describe(
                "are none of " + some,
                each ->
                        !some.contains(
                                each.getFullName()
                                        .replaceAll("^io\\.feiqian\\.console\\.|\\$.*", "")));
    }

    @Test
    void timeAndChanceComeThroughThePortsOfRuntime() {
        List<String> found = new ArrayList<>();
        MAIN.forEach((module, all) -> {
            if (!module.equals("runtime")) {
                findForbidden(all, found);
            }
        });
        TESTS.values().forEach(all -> findForbidden(all, found));
        assertThat(found).isEmpty();
    }

    @Test
    void noRoomIsADrawer() {
        MAIN.values().stream()
                .flatMap(JavaClasses::stream)
                .map(JavaClass::getPackageName)
                .distinct()
                .forEach(name ->
                        assertThat(Arrays.asList(name.split("\\.", -1)))
                                .doesNotContain("common", "core", "util", "utils"));
    }

    @Test
    void everyPackageIsNullMarked() {
        MAIN.values().stream()
                .flatMap(JavaClasses::stream)
                .filter(each -> each.getPackageName().startsWith("io.feiqian"))
                .filter(each -> !isGenerated(each))
                .map(JavaClass::getPackage)
                .distinct()
                .forEach(each ->
                        assertThat(each.isAnnotatedWith(NullMarked.class))
                                .as("@NullMarked on package " + each.getName())
                                .isTrue());
    }

    private static void findForbidden(JavaClasses all, List<String> found) {
        all.stream()
                .filter(each -> !isGenerated(each))
                .flatMap(each -> each.getAccessesFromSelf().stream())
                .filter(ArchitectureTest::isForbidden)
                .map(JavaAccess::getDescription)
                .forEach(found::add);
    }

    private static boolean isForbidden(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        return FORBIDDEN_TYPES.contains(owner)
                || FORBIDDEN_CALLS.contains(owner + "." + access.getTarget().getName());
    }

    private static boolean isGenerated(JavaClass each) {
        return each.getPackageName().endsWith(".contract");
    }

    private static DescribedPredicate<JavaClass> inModules(Set<String> modules) {
        return DescribedPredicate.describe(
                "belong to " + modules + " beyond their contracts",
                each ->
                        !isGenerated(each)
                                && modules.stream()
                                        .anyMatch(module ->
                                                (each.getPackageName() + ".")
                                                        .startsWith("io.feiqian." + module + ".")));
    }

    private static JavaClasses mainOf(String module) {
        JavaClasses all = MAIN.get(module);
        if (all == null) {
            throw new AssertionError("no module " + module);
        }
        return all;
    }

    private static String module(String room) {
        String module = room.substring(room.indexOf('/') + 1);
        int dash = module.indexOf('-');
        return dash < 0 ? module : module.substring(0, dash);
    }

    private static JavaClasses read(Path... folders) throws IOException {
        List<Path> present = new ArrayList<>();
        for (Path each : folders) {
            if (Files.isDirectory(each) && !isEmpty(each)) {
                present.add(each);
            }
        }
        return new ClassFileImporter().importPaths(present);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
