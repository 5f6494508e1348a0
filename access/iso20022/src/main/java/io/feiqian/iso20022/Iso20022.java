package io.feiqian.iso20022;

import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.iso20022.spi.Bank;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SerialNumbers;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ISO 20022 in front of the bank (B6.2-a): {@code POST /iso20022/pain.001} takes a customer's file
 * of credit transfers and answers with its status report (pain.002), {@code POST
 * /iso20022/pacs.008} another bank's payments (pacs.002), {@code GET /iso20022/pacs.008/<trace
 * number>} shows a transfer as pacs.008.
 *
 * <p>A file is checked whole before anything moves: its form, its counts, its control sums. Each
 * transaction is a transaction of its own; some of a file may be done and others refused. The same
 * file sent again moves nothing twice and reports the same.
 *
 * <p>Thread-safe; files are worked on by virtual threads, never by those that ask.
 */
public final class Iso20022 implements Answering, AutoCloseable {
    /** What the paths begin with. */
    public static final String PATH = "/iso20022/";

    private static final Logger LOG = LoggerFactory.getLogger(Iso20022.class);
    private static final String XML = "application/xml; charset=utf-8";

    /** How long ago a file may have been made; so long its names are unique. */
    private static final long OLDEST_DAYS = 31;

    /** A file that can be read several times, so that it need not be kept. */
    @FunctionalInterface
    public interface Source {
        /** Opens it at its beginning. */
        InputStream open() throws IOException;
    }

    private final Bank bank;
    private final IsoConfig config;
    private final Clock clock;
    private final Schemas schemas;
    private final SerialNumbers names;
    private final Semaphore files;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private Iso20022(Bank bank, IsoConfig config, Clock clock) {
        this.bank = bank;
        this.config = config;
        this.clock = clock;
        this.schemas = Schemas.in(config.schemas());
        this.names = new SerialNumbers(clock, Randomness.secure());
        this.files = new Semaphore(config.mostFiles());
    }

    /**
     * In front of the cells that these clients reach.
     *
     * @param rules judge each payment as they judge requests of the API
     */
    public static Iso20022 over(
            CellClients clients, CallPolicies rules, IsoConfig config, Clock clock) {
        return of(new CellsBank(clients, rules, config.patience(), clock), config, clock);
    }

    /** In front of this bank. */
    static Iso20022 of(Bank bank, IsoConfig config, Clock clock) {
        return new Iso20022(bank, config, clock);
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, Client client, Caller caller) {
        return switch (question.verb() + " " + question.path()) {
            case "POST " + PATH + MessageName.PAIN -> file(question, MessageName.PAIN);
            case "POST " + PATH + MessageName.PACS -> file(question, MessageName.PACS);
            default -> {
                String one = PATH + MessageName.PACS + "/";
                boolean asked = question.path().startsWith(one) && question.verb().equals("GET");
                yield asked
                        ? transaction(question.path().substring(one.length()))
                        : done(
                                Problem.answer(
                                        OutcomeCode.UNKNOWN_PATH,
                                        "path (expected: POST %1$spain.001 or %1$spacs.008, or GET %1$spacs.008/<trace number>)"
                                                .formatted(PATH)));
            }
        };
    }

    /**
     * Works a file off and writes its report. Blocks until both are done; keeps a few bytes for
     * each transaction and nothing else of the file, however long it is.
     *
     * @param family {@code pain.001} or {@code pacs.008}
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is no such file,
     *     so that no report can name it
     * @throws UncheckedIOException where the file cannot be read
     */
    public void work(String family, Source file, Writer report) {
        String now = clock.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String id = "FQ" + names.next();
        FileCheck check = new FileCheck(config.mostTransactions());
        Group group;
        try {
            read(file, family, check);
            group = check.passed();
            if (schemas.isRequired()) {
                schema(file, group.name());
            }
            requireRecent(group);
        } catch (IsoRefusal refusal) {
            Group known =
                    check.header()
                            .orElseThrow(() ->
                                    new RefusedException(
                                            OutcomeCode.MALFORMED_REQUEST,
                                            family + ": " + refusal.text()));
            StatusReport.write(report, known, refusal, config.bic(), id, now);
            return;
        }
        FileRun run = new FileRun(bank, config, group, today());
        read(file, family, run);
        Statuses statuses = run.ended();
        LOG.info(
                "{} of {} transactions, status {}",
                group.name(),
                group.count(),
                statuses.all().code());
        StatusReport.write(
                report,
                group,
                statuses,
                config.bic(),
                id,
                now,
                visitor -> read(file, family, visitor));
    }

    /** Ends; files that are being worked on are finished first. */
    @Override
    public void close() {
        threads.close();
    }

    private CompletableFuture<HttpAnswer> file(HttpQuestion question, String family) {
        if (!isXml(question)) {
            return done(
                    Problem.answer(
                            415,
                            OutcomeCode.MALFORMED_REQUEST,
                            "content type or encoding (expected: application/xml, as it is)"));
        }
        if (!files.tryAcquire()) {
            return done(
                    Problem.answer(
                            OutcomeCode.OVERLOADED,
                            "too many files at once (expected: at most "
                                    + config.mostFiles()
                                    + ")"));
        }
        return CompletableFuture.supplyAsync(
                        () -> {
                            StringWriter report = new StringWriter();
                            work(family, question.body()::newInput, report);
                            return HttpAnswer.text(200, XML, report.toString());
                        },
                        threads)
                .exceptionally(Iso20022::failed)
                .whenComplete((answer, failure) -> files.release());
    }

    private CompletableFuture<HttpAnswer> transaction(String text) {
        TraceNumber trace;
        try {
            trace = TraceNumber.parse(text);
        } catch (RefusedException refusal) {
            return done(Problem.of(refusal.outcome(), Optional.empty()).toAnswer());
        }
        return bank.find(trace)
                .thenApply(found ->
                        found.map(this::shown)
                                .orElseGet(() ->
                                        Problem.answer(
                                                OutcomeCode.CELL_UNAVAILABLE,
                                                "the transaction's cell does not answer")));
    }

    private HttpAnswer shown(GetTransactionResponse found) {
        OutcomeCode code = OutcomeCode.ofNumber(found.getOutcome().getCode());
        if (code != OutcomeCode.ACCEPTED) {
            return Problem.answer(code, found.getOutcome().getMessage());
        }
        if (!found.getKind().equals("TRANSFER")) {
            return Problem.answer(
                    OutcomeCode.WRONG_ACCOUNT_CLASS,
                    "kind: " + found.getKind() + " (expected: TRANSFER)");
        }
        String now = clock.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return HttpAnswer.text(200, XML, TransactionMessage.of(found, config, now));
    }

    private void schema(Source file, MessageName name) {
        try (InputStream in = file.open()) {
            schemas.check(name, in);
        } catch (IOException failed) {
            throw new UncheckedIOException("the file cannot be read", failed);
        }
    }

    private static void read(Source file, String family, MessageReader.Visitor visitor) {
        try (InputStream in = file.open()) {
            MessageReader.read(in, family, visitor);
        } catch (IOException failed) {
            throw new UncheckedIOException("the file cannot be read", failed);
        }
    }

    private void requireRecent(Group group) {
        LocalDate today = today();
        if (group.made().isBefore(today.minusDays(OLDEST_DAYS))
                || group.made().isAfter(today.plusDays(1))) {
            throw new IsoRefusal(
                    "DT01",
                    "CreDtTm: %s (expected: %s or the %d days before)"
                            .formatted(group.made(), today, OLDEST_DAYS));
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.now(), config.zone());
    }

    private static boolean isXml(HttpQuestion question) {
        String type = question.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).strip();
        String encoding = question.header("content-encoding").orElse("identity");
        return (bare.equals("application/xml") || bare.equals("text/xml"))
                && encoding.equalsIgnoreCase("identity")
                && !question.isRepeated("content-encoding");
    }

    private static HttpAnswer failed(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof RefusedException refusal) {
            return Problem.of(refusal.outcome(), Optional.empty()).toAnswer();
        }
        LOG.error("a file of payments was not finished", cause);
        return Problem.answer(
                OutcomeCode.UNKNOWN,
                "the file was perhaps done in part; sending it again finds out");
    }

    private static CompletableFuture<HttpAnswer> done(HttpAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
