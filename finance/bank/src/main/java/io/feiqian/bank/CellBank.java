package io.feiqian.bank;

import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.DocumentType;
import io.feiqian.configuration.JdbcHistory;
import io.feiqian.configuration.Seal;
import io.feiqian.ledger.LedgerContribution;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.messaging.CellMessages;
import io.feiqian.messaging.MessagingSettings;
import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.registry.spi.Registry;
import io.feiqian.routing.Routes;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.ObservedCommits;
import io.feiqian.storage.StorageException;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.transaction.BranchContribution;
import io.feiqian.transaction.CellTransactions;
import io.feiqian.transaction.DecisionContribution;
import io.feiqian.transaction.ResolutionContribution;
import io.feiqian.transaction.TransactionSettings;
import io.feiqian.transaction.Transactions;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.BusinessDate;
import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * The bank of one cell in one process: ledger, transactions and services, wired over the cell's
 * database. Several instances may run over the same database at once; whatever one of them leaves
 * unfinished, any other finishes.
 *
 * <p>Inter-cell and suspense accounts need no setting up: the ledger opens them when they are first
 * needed. Thread-safe.
 */
public final class CellBank implements AutoCloseable {
    /** The modules whose tables the bank needs, in the order {@link CellDatabase#open} takes. */
    public static final List<String> MODULES =
            List.of("ledger", "messaging", "transaction", "bank", JdbcHistory.MODULE);

    /**
     * How the bank of a cell works.
     *
     * @param instance the name of this instance
     * @param firstDay the business date of a cell that has none yet
     * @param ledger the window of trace numbers
     * @param commits the grouped commits
     * @param transactions the global transactions
     * @param messages the messages between cells
     */
    public record Settings(
            String instance,
            BusinessDate firstDay,
            LedgerRules ledger,
            GroupedCommits.Settings commits,
            TransactionSettings transactions,
            MessagingSettings messages) {
        /** What is used unless configured. */
        public static Settings of(String instance, BusinessDate firstDay) {
            return new Settings(
                    instance,
                    firstDay,
                    LedgerRules.DEFAULT,
                    GroupedCommits.Settings.defaults(),
                    TransactionSettings.DEFAULT,
                    MessagingSettings.DEFAULT);
        }
    }

    /**
     * What the bank stands on; none of it is closed with it.
     *
     * @param database the cell's database, opened with {@link #MODULES}
     * @param routes the route map this process goes by
     * @param peers the way to other cells, and to this one
     * @param messages the way of messages to other cells, and to this one
     * @param personal encrypts personal columns
     * @param clock the clock
     * @param timer what happens later
     * @param tracing where spans begin
     * @param metrics where metrics are registered
     * @param alarms where operators are called
     */
    public record Ports(
            CellDatabase database,
            Routes routes,
            PeerChannel peers,
            MessageChannel messages,
            PersonalData personal,
            Clock clock,
            Timer timer,
            Tracing tracing,
            MeterRegistry metrics,
            AlarmEvents alarms) {}

    private final GroupedCommits commits;
    private final CellMessages messages;
    private final CellTransactions transactions;
    private final FencedReads reads;
    private final OpenDay openDay;
    private final ExecutorService responders;
    private final BankService bank;
    private final AdminService admin;
    private final MessageDesk messageAdmin;
    private final Function<InstanceControl, InstanceDesk> instanceAdmin;
    private final Ports ports;
    private final ChangeTrail trail;
    private final Replies replies;

    private CellBank(Settings settings, Ports ports) {
        CellDatabase database = ports.database();
        this.ports = ports;
        this.commits =
                new GroupedCommits(
                        database,
                        settings.commits(),
                        ports.clock(),
                        ports.timer(),
                        ports.metrics(),
                        ports.alarms());
        LocalCommit observed =
                new ObservedCommits(commits, ports.tracing(), database.cell() + " database");
        this.reads = new FencedReads(database);
        NoticeContribution written = new NoticeContribution();
        this.messages =
                new CellMessages(
                        new CellMessages.Ports(
                                observed,
                                database.pool(),
                                ports.messages(),
                                ports.clock(),
                                ports.timer(),
                                ports.alarms()),
                        List.of(written),
                        settings.messages());
        Notices notices = new Notices(messages, reads);
        LedgerContribution ledger = new LedgerContribution(settings.ledger(), ports.alarms());
        DecisionContribution decisions = new DecisionContribution();
        BranchContribution branches = new BranchContribution();
        LedgerCredit credits = new LedgerCredit(database.cell(), ledger);
        this.transactions =
                new CellTransactions(
                        new CellTransactions.Ports(
                                database.cell(),
                                messages.commits(),
                                database.pool(),
                                ports.peers(),
                                ports.clock(),
                                ports.timer(),
                                ports.alarms()),
                        decisions,
                        branches,
                        List.of(credits),
                        settings.transactions());
        this.openDay = new OpenDay(database.businessDays(), database.cell() + "-open-day");
        this.responders = responders(database.cell() + "-answers-");
        CellParts parts =
                new CellParts(
                        database.cell(),
                        ports.routes(),
                        messages.commits(),
                        ledger,
                        decisions,
                        ports.timer());
        this.replies = new Replies(() -> ports.routes().current().version());
        this.trail = new ChangeTrail(database.pool());
        ChangeContribution changes = new ChangeContribution();
        Customers customers =
                new Customers(observed, database, reads, ports.personal(), settings.ledger());
        Accounts accounts = new Accounts(parts, database, reads, customers, changes);
        this.bank =
                new BankService(
                        new Payments(parts, transactions, openDay, notices),
                        new Reversals(reads),
                        customers,
                        accounts,
                        notices,
                        new TransactionReads(reads, transactions, replies),
                        openDay,
                        replies,
                        responders);
        Books books = new Books(database, parts, trail);
        this.admin =
                new AdminService(
                        settings.instance(),
                        database,
                        parts,
                        new DayChange(database, settings.ledger(), trail),
                        books,
                        new LedgerDesk(database, accounts, books),
                        new TransactionDesk(
                                settings.instance(), database, parts, transactions, trail, replies),
                        new ResolutionDesk(
                                database,
                                parts,
                                transactions,
                                new ResolutionDesk.Contributions(
                                        branches, new ResolutionContribution(), changes),
                                new Corrections(database.cell(), ledger, credits),
                                replies),
                        trail,
                        replies);
        this.messageAdmin = new MessageDesk(database, parts, messages, changes, replies);
        this.instanceAdmin =
                control ->
                        new InstanceDesk(
                                settings.instance(), database, parts, trail, replies, control);
    }

    /**
     * Wires the bank over a database: gives a new cell its slots by the route map, its first
     * business date and the journal's partitions, and begins to look for unfinished transactions.
     *
     * @throws StorageException where the database does not answer
     */
    public static CellBank start(Settings settings, Ports ports) {
        CellDatabase database = ports.database();
        database.ownership().initialise(ports.routes().current());
        try {
            new DayChange(database, settings.ledger(), new ChangeTrail(database.pool()))
                    .initialise(settings.firstDay());
        } catch (SQLException failed) {
            throw new StorageException("journal: partitions cannot be made", failed);
        }
        CellBank bank = new CellBank(settings, ports);
        bank.transactions.startRecovery();
        bank.messages.start();
        return bank;
    }

    /** The bank as customers' channels see it; its handlers do not block. */
    public BindableService bank() {
        return bank;
    }

    /** The cell as its operators see it; its handlers block, and it needs the admin token. */
    public BindableService admin() {
        return admin;
    }

    /** The cell's messages as its operators see them; as {@link #admin}. */
    public BindableService messageAdmin() {
        return messageAdmin;
    }

    /**
     * The instance as its operators see it; as {@link #admin}. Drained from the beginning where the
     * process before it was.
     *
     * @throws StorageException where the database does not answer
     */
    public BindableService instanceAdmin(InstanceControl control) {
        InstanceDesk desk = instanceAdmin.apply(control);
        desk.restore();
        return desk;
    }

    /**
     * The history of configuration in this cell's database; ends with the result. Of all cells, one
     * is to keep it.
     *
     * @param types the documents there can be
     * @param registry from where processes learn what is in force
     * @param seal opens secrets
     */
    public ConfigurationHome configurationHome(
            List<DocumentType<?>> types, Registry registry, Seal seal) {
        JdbcHistory history =
                new JdbcHistory(
                        ports.database().pool(),
                        (connection, entry) -> {
                            var _ = trail.append(connection, entry);
                        });
        ConfigurationHome home =
                new ConfigurationHome(
                        new ConfigurationCentre(types, history, registry, seal, ports.clock()),
                        replies,
                        ports.timer());
        home.start();
        return home;
    }

    /** The global transactions: who receives other cells' messages hands them over here. */
    public Transactions transactions() {
        return transactions;
    }

    /** The messages: who receives other cells' messages hands them over here. */
    public CellMessages messages() {
        return messages;
    }

    /** The local commits. */
    public GroupedCommits commits() {
        return commits;
    }

    /** Stops looking for unfinished transactions, answers what was taken, and ends its threads. */
    @Override
    public void close() {
        transactions.close();
        messages.close();
        commits.close();
        openDay.close();
        reads.close();
        responders.shutdown();
    }

    private static ExecutorService responders(String prefix) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name(prefix, 0).factory());
    }
}
