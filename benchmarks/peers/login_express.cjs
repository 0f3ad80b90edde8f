// A login as Ambiotec's documentation suggests one, in Express with bcrypt and jsonwebtoken, a process per core. Its users are in memory, which costs it nothing.
const cluster = require('node:cluster');
const os = require('node:os');

if (cluster.isPrimary) {
  const address = new Promise((resolve) => cluster.on('listening', (_, where) => resolve(where)));
  for (let i = 0; i < os.availableParallelism(); i++) cluster.fork();
  address.then(({ port }) => console.log(`Now listening on: http://127.0.0.1:${port}`));
} else {
  const bcrypt = require('bcrypt');
  const express = require('express');
  const jwt = require('jsonwebtoken');
  const { BENCHMARK_SECRET: secret, BENCHMARK_PASSWORD: password } = process.env;
  const users = new Map([['usuario', { id: 1, login: 'usuario', hash: bcrypt.hashSync(password, 10) }]]);

  const app = express();
  app.use(express.json());
  app.post('/api/login', async (request, response) => {
    const { usuario_login: login, usuario_password: typed } = request.body;
    const user = users.get(login);
    if (!user || !(await bcrypt.compare(typed, user.hash))) return response.status(401).json({ error: 'Credenciales inválidas' });
    const token = jwt.sign({ usuario_id: user.id, usuario_login: user.login }, secret, { expiresIn: '8h' });
    response.json({ token, user: { usuario_id: user.id, usuario_login: user.login } });
  });
  app.get('/api/guarded', (request, response) => {
    try {
      const { usuario_id: id } = jwt.verify((request.headers.authorization || '').replace(/^Bearer /, ''), secret, { algorithms: ['HS256'] });
      response.json({ id });
    } catch {
      response.status(401).json({ error: 'No autorizado' });
    }
  });
  // A connection waits for its turn while the others are measured.
  app.listen(0, '127.0.0.1').keepAliveTimeout = 600_000;
}
