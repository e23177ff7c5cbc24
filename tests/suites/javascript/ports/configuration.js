// v2, a deploy tool: configuration from a file, a chain of credentials, a logger, a token for EKS, web identities.
const AWS = require('aws-sdk');
const fs = require('fs');
const os = require('os');
const path = require('path');
const show = (...values) => console.log(JSON.stringify(values));
const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'port-')), 'config.json');
fs.writeFileSync(file, JSON.stringify({ accessKeyId: 'AKIAFROMFILE00000000', secretAccessKey: 'secretsecretsecret', region: 'us-east-1', maxRetries: 1 }));
AWS.config.loadFromPath(file);
fs.unlinkSync(file);
const log = (line) => show(line.split('(')[0].replace(/ \d[\d.]*s /, ' '), /SensitiveInformation/.test(line));
AWS.config.update({ logger: { log }, httpOptions: { timeout: 5000, connectTimeout: 1000 }, correctClockSkew: true });
AWS.config.update({ sts: { endpoint: process.env.STS_URL } });
show(AWS.config.region, AWS.config.maxRetries, AWS.config.credentials.accessKeyId);
const chain = new AWS.CredentialProviderChain([
  () => new AWS.EnvironmentCredentials('NOPE'),
  () => new AWS.EnvironmentCredentials('AWS'),
]);

chain.resolve((err, credentials) => {
  if (err) process.exit(2);
  AWS.config.credentials = credentials;
  AWS.config.getCredentials((err) => {
    show(err || null, AWS.config.credentials.accessKeyId.slice(0, 4));
    const sts = new AWS.STS({ params: { RoleSessionName: 'bound' } });
    show(sts.endpoint.protocol, sts.endpoint.hostname, sts.config.httpOptions['timeout']);
    sts.assumeRole({ RoleArn: 'arn:aws:iam::123456789012:role/demo' }, (err, data) => {
      show(data.AssumedRoleUser.AssumedRoleId.split(':')[1]);
      const request = sts.getCallerIdentity();
      request.on('build', () => { request.httpRequest.headers['x-k8s-aws-id'] = 'my-cluster'; });
      const url = request.presign(60);
      show(url.startsWith(process.env.STS_URL), url.includes('X-Amz-Expires=60'), url.includes('SignedHeaders=host%3Bx-k8s-aws-id'));
      sts.makeUnauthenticatedRequest('assumeRoleWithWebIdentity', { RoleArn: 'arn:aws:iam::123456789012:role/web', WebIdentityToken: 'bad.token.x' }, (err) => {
        show(err.code, err.statusCode);
        AWS.config.logger = null;
        const web = new AWS.WebIdentityCredentials({ RoleArn: 'arn:aws:iam::123456789012:role/web', WebIdentityToken: process.env.TOKEN });
        web.get((err) => {
          show(err || null, web.data.Provider.length > 0);
          web.params.WebIdentityToken = 'again.bad.x';
          web.refresh((err) => {
            show(err.code);
            process.exit(0);
          });
        });
      });
    });
  });
});
