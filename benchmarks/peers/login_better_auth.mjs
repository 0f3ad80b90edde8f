// better-auth with e-mail and password and its default hash, a process per core. Its users and sessions are in memory, which costs it nothing.
import cluster from 'node:cluster';
import http from 'node:http';
import os from 'node:os';

if (cluster.isPrimary) {
  cluster.once('listening', (_, { port }) => console.log(`Now listening on: http://127.0.0.1:${port}`));
  for (let i = 0; i < os.availableParallelism(); i++) cluster.fork();
} else {
  const { betterAuth } = await import('better-auth');
  const { memoryAdapter } = await import('better-auth/adapters/memory');
  const { toNodeHandler } = await import('better-auth/node');
  const { bearer } = await import('better-auth/plugins');
  const auth = betterAuth({
    baseURL: 'http://localhost',
    secret: process.env.BENCHMARK_SECRET,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    emailAndPassword: { enabled: true },
    plugins: [bearer()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  await auth.api.signUpEmail({ body: { name: 'usuario', email: 'usuario@example.com', password: process.env.BENCHMARK_PASSWORD } });
  const server = http.createServer(toNodeHandler(auth));
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
}
