export { answerProtocol as GET } from '@/lib/web/mount';
