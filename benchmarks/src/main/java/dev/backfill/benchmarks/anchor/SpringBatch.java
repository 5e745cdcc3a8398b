package dev.backfill.benchmarks.anchor;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.FlowBuilder;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.flow.Flow;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * The same work as a job of Spring Batch: steps of chunks, whose reader keeps its position in the step's context, so that a
 * killed job goes on there; the repository is in the database. A writer waits for its chunk's acknowledgements, since the commit
 * behind it says that they are there. Not thread-safe.
 */
public final class SpringBatch {
    private final JobRepository repository;
    private final JdbcTransactionManager transactions;
    private final TaskExecutorJobOperator operator = new TaskExecutorJobOperator();
    private int runs;

    /**
     * Makes the tables of the repository, which must not be there.
     *
     * @param source the database, from a pool
     * @param product "postgresql" or "sqlite"
     * @throws Exception if Spring Batch refuses
     */
    public SpringBatch(DataSource source, String product) throws Exception {
        new ResourceDatabasePopulator(
                        new ClassPathResource("org/springframework/batch/core/schema-" + product + ".sql"))
                .execute(source);
        transactions = new JdbcTransactionManager(source);
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(source);
        factory.setTransactionManager(transactions);
        // Steps that begin side by side would not be serializable.
        factory.setIsolationLevelForCreateEnum(
                product.equals("sqlite") ? Isolation.SERIALIZABLE : Isolation.READ_COMMITTED);
        factory.afterPropertiesSet();
        repository = factory.getObject();
        operator.setJobRepository(repository);
        operator.setJobRegistry(new MapJobRegistry());
        operator.setTaskExecutor(new SyncTaskExecutor());
        operator.afterPropertiesSet();
    }

    /**
     * Does the work to its end.
     *
     * @param work what to do
     * @param steps how many steps share the windows, side by side on a thread each
     * @throws Exception if the job does not complete
     */
    public void run(Work work, int steps) throws Exception {
        List<Partition> windows = work.plan();
        int share = (windows.size() + steps - 1) / steps;
        List<Step> all = new ArrayList<>();
        for (int from = 0; from < windows.size(); from += share) {
            all.add(step(work, windows.subList(from, Math.min(windows.size(), from + share)), all.size()));
        }
        JobExecution execution = operator.start(
                job(all),
                new JobParametersBuilder().addLong("run", (long) ++runs).toJobParameters());
        if (execution.getStatus() != BatchStatus.COMPLETED) {
            IllegalStateException failed =
                    new IllegalStateException("Spring Batch's job ended " + execution.getStatus());
            execution.getAllFailureExceptions().forEach(failed::addSuppressed);
            throw failed;
        }
    }

    private Job job(List<Step> steps) {
        JobBuilder builder = new JobBuilder("bench", repository);
        if (steps.size() == 1) {
            return builder.start(steps.get(0)).build();
        }
        Flow[] flows = steps.stream()
                .map(step -> new FlowBuilder<Flow>(step.getName()).start(step).build())
                .toArray(Flow[]::new);
        return builder.start(new FlowBuilder<Flow>("all")
                        .split(new SimpleAsyncTaskExecutor("step-"))
                        .add(flows)
                        .build())
                .end()
                .build();
    }

    private Step step(Work work, List<Partition> windows, int number) {
        return new StepBuilder("walk-" + number, repository)
                .<EmailMessage, OutboundMessage>chunk(Work.PAGE)
                .transactionManager(transactions)
                .reader(new Reader(work, windows))
                .processor(work::encode)
                .writer(chunk -> work.publish(chunk.getItems()))
                .build();
    }

    /** Reads page by page. Confined to the thread of its step. */
    private static final class Reader implements ItemStreamReader<EmailMessage> {
        private static final String WINDOW = "window";
        private static final String POSITION = "position";

        private final Work work;
        private final List<Partition> windows;
        private final Deque<EmailMessage> page = new ArrayDeque<>();
        private Position position = Position.START;
        private int window;

        Reader(Work work, List<Partition> windows) {
            this.work = work;
            this.windows = windows;
        }

        @Override
        public void open(ExecutionContext context) {
            window = context.getInt(WINDOW, 0);
            position = new Position(context.getString(POSITION, ""));
        }

        @Override
        public void update(ExecutionContext context) {
            context.putInt(WINDOW, window);
            context.putString(POSITION, position.value());
        }

        @Override
        public @Nullable EmailMessage read() {
            while (page.isEmpty() && window < windows.size()) {
                List<EmailMessage> mails = new ArrayList<>(Work.PAGE);
                PageEnd end = work.read(windows.get(window), position, mails);
                page.addAll(mails);
                Position next = end.next();
                if (next == null) {
                    window++;
                }
                position = next == null ? Position.START : next;
            }
            return page.poll();
        }
    }
}
